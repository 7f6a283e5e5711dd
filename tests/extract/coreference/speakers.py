"""The speakers of an English article, as its statements resolve them."""

from worker.extract import extract
from worker.schema import Actor, Article, Statement


def speakers(text: str) -> list[Actor]:
    events = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    return [e.speaker for e in events if isinstance(e, Statement) and e.speaker is not None]


def speaker_names(text: str) -> list[str]:
    return [speaker.name for speaker in speakers(text)]
