package io.dialtone.sip.trace;

import java.util.ArrayList;
import java.util.List;

/** What has happened in an open span: the first events, and how many more there were. For one thread. */
final class SpanEvents {
    static final int EVENTS_MAX = 32;

    private final List<Span.Event> events = new ArrayList<>(4);
    private int lost;

    void add(final long timeNs, final String name, final Span.Attribute... attributes) {
        if (events.size() == EVENTS_MAX) {
            lost++;
        } else {
            events.add(new Span.Event(timeNs, name, List.of(attributes)));
        }
    }

    List<Span.Event> toList() {
        return List.copyOf(events);
    }

    int lost() {
        return lost;
    }
}
