"""Events as PLOVER records, the format of other event data sets: lines of events in, lines of records out.  Pure."""
