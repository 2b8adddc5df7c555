package io.dialtone.sip.trace;

/** What a record of a trace tells. */
public enum TraceKind {
    /** Fills the memory up to its end; nobody sees it. */
    PADDING(0),
    /** A message came in from a peer. */
    IN(1),
    /** A message left for a peer. */
    OUT(2),
    /** A message that had come before was given to a node: it had waited for an owner of its slot, or its owner is another now. */
    HANDED_OVER(3);

    private static final TraceKind[] BY_CODE = values();

    private final int code;

    TraceKind(final int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static TraceKind of(final int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : PADDING;
    }
}
