package io.dialtone.sip.trace;

import java.util.List;
import java.util.Optional;

/**
 * Something that took time, finished, as OpenTelemetry knows it: a call, or a transaction. Immutable, for any thread.
 *
 * @param error why it failed, in a word: a status code or {@code timeout}; empty if it did not
 */
public record Span(
        Identity identity, Kind kind, String name, long beganNs, long endedNs, String error, Details details) {
    /** Who has begun what it stands for. */
    public enum Kind {
        /** A call as a whole. */
        INTERNAL,
        /** A peer has asked. */
        SERVER,
        /** We have asked. */
        CLIENT
    }

    /**
     * Where it belongs. All processes that see a part of a call come to the same numbers.
     *
     * @param parent 0 if it has none
     */
    public record Identity(long traceHigh, long traceLow, long span, long parent) {}

    /** What is to be said of it. */
    public record Details(List<Attribute> attributes, List<Event> events, int eventsLost, Optional<Link> link) {}

    /** Something that happened while it went on, or shortly after. */
    public record Event(long timeNs, String name, List<Attribute> attributes) {}

    /** A span of somebody else's who has told us of it. */
    public record Link(long traceHigh, long traceLow, long span) {}

    /** A name with a value. */
    public sealed interface Attribute {
        String name();

        static Attribute of(final String name, final String value) {
            return new Words(name, value);
        }

        static Attribute of(final String name, final long value) {
            return new Count(name, value);
        }
    }

    /** Says a word. */
    public record Words(String name, String value) implements Attribute {}

    /** Says a whole number. */
    public record Count(String name, long value) implements Attribute {}
}
