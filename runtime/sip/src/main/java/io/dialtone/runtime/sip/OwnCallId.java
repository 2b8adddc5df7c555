package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMessage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and reads the Call-ID of what a service begins. It is not the key of its session, so it names it: all messages of the call lead to a session that may lie in the
 * store of images only. It says nothing of the call that came in: token and hash are keyed. Called only by the owning worker.
 *
 * <pre>
 *  slot's token (16 characters) · hash of the session's key, the same on all nodes (13) · what makes it unique (13)
 * </pre>
 */
final class OwnCallId {
    static final int LENGTH = SlotToken.LENGTH + 2 * Base32.LONG_CHARACTERS;

    private final SlotToken tokens;
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[LENGTH]);
    private long sessionHash;

    OwnCallId(final SlotToken tokens) {
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
        if (message.callIdLength() != LENGTH) {
            return false;
        }
        final DirectBuffer buffer = message.buffer();
        final int offset = message.callIdOffset();
        if (tokens.parsePrefix(buffer, offset, LENGTH) != slot || !Base32.isLong(buffer, offset + SlotToken.LENGTH)) {
            return false;
        }
        sessionHash = Base32.read(buffer, offset + SlotToken.LENGTH);
        return true;
    }

    long sessionHash() {
        return sessionHash;
    }
}
