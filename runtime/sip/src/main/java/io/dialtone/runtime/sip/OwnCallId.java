package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMessage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and reads the Call-ID of what a service begins. It is not the key of its session, so it names it: all messages of the call lead to a session that may lie in the
 * store of images only. It says nothing of the call that came in: token and hash are keyed. For one thread: the owning worker, or whoever looks at traces.
 *
 * <pre>
 *  slot's token (16 characters) · hash of the session's key, the same on all nodes (13) · what makes it unique (13)
 * </pre>
 */
public final class OwnCallId {
    static final int LENGTH = SlotToken.LENGTH + 2 * Base32.LONG_CHARACTERS;

    private final SlotToken tokens;
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[LENGTH]);
    private int slotOfCall;
    private long sessionHash;

    public OwnCallId(final SlotToken tokens) {
        this.tokens = tokens;
    }

    void put(final AsciiWriter out, final int slot, final long hashOfKey, final long unique) {
        tokens.write(slot, text, 0);
        Base32.write(hashOfKey, text, SlotToken.LENGTH);
        Base32.write(unique, text, SlotToken.LENGTH + Base32.LONG_CHARACTERS);
        out.put(text, 0, LENGTH);
    }

    /** True if the message's Call-ID is one of ours in this slot; {@link #sessionHash} is then the hash of its session's key. */
    boolean read(final SipMessage message, final int slot) {
        return read(message) && slotOfCall == slot;
    }

    /** The same for a Call-ID that stands elsewhere. */
    boolean read(final DirectBuffer buffer, final int offset, final int length, final int slot) {
        return read(buffer, offset, length) && slotOfCall == slot;
    }

    /** The same, whichever its slot. */
    public boolean read(final SipMessage message) {
        return read(message.buffer(), message.callIdOffset(), message.callIdLength());
    }

    private boolean read(final DirectBuffer buffer, final int offset, final int length) {
        if (length != LENGTH) {
            return false;
        }
        slotOfCall = tokens.parsePrefix(buffer, offset, LENGTH);
        if (slotOfCall == SlotToken.NOT_A_TOKEN || !Base32.isLong(buffer, offset + SlotToken.LENGTH)) {
            return false;
        }
        sessionHash = Base32.read(buffer, offset + SlotToken.LENGTH);
        return true;
    }

    public long sessionHash() {
        return sessionHash;
    }
}
