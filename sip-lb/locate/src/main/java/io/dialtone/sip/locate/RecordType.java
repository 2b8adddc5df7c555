package io.dialtone.sip.locate;

/** What DNS is asked for. */
public enum RecordType {
    A,
    AAAA,
    /** RFC 2782. */
    SRV,
    /** RFC 3403. */
    NAPTR
}
