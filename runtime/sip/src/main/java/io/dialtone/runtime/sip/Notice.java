package io.dialtone.runtime.sip;

/**
 * What a subscriber is to be told: the body of a NOTIFY. A value; made and read by the owning worker.
 *
 * @param type its type, in bytes; none for a NOTIFY without body
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares notices
record Notice(byte[] type, byte[] body) {
    private static final byte[] NO_BYTES = {};

    /** The state of the subscription, and nothing else. */
    static final Notice EMPTY = new Notice(NO_BYTES, NO_BYTES);
}
