package io.dialtone.sip.locate;

import java.util.List;

/**
 * What came of a question. Immutable.
 *
 * @param records of the type that was asked for, and no others
 * @param ttlNs how long it may be believed; 0 for no longer than by who has asked
 */
public record Answer(Kind kind, List<DnsRecord> records, long ttlNs) {
    /** Whether there is something. */
    public enum Kind {
        FOUND,
        /** The server knows that there is no such record, or no such name. */
        NONE,
        /** Nobody could say. */
        FAILED
    }

    /** Answers with more records than this are cut: nobody tries so many servers. */
    public static final int RECORDS_MAX = 64;

    public Answer {
        records = List.copyOf(records.size() > RECORDS_MAX ? records.subList(0, RECORDS_MAX) : records);
    }

    public static Answer found(final List<DnsRecord> records, final long ttlNs) {
        return new Answer(Kind.FOUND, records, ttlNs);
    }

    public static Answer none(final long ttlNs) {
        return new Answer(Kind.NONE, List.of(), ttlNs);
    }

    public static Answer failed() {
        return new Answer(Kind.FAILED, List.of(), 0);
    }
}
