package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and reads the branch that a proxied request gets. Besides the slot it names the session that holds the transaction, which may lie in the store of images, and says by what the
 * request was routed, so that one that comes again unchanged is known for a loop (RFC 3261 section 16.6 step 8, RFC 5393 section 4.2). Called only by the owning worker.
 *
 * <pre>
 *  z9hG4bK · slot's token (16 characters) · what makes it unique (13) · hash of the session's key, the same on all nodes (13) · hash of what it was routed by (13)
 *      and the place of the service in its chain (1), if it is not the first
 * </pre>
 */
final class ForwardBranch {
    private static final byte[] COOKIE = "z9hG4bK".getBytes(StandardCharsets.US_ASCII);
    private static final int SESSION_AT = COOKIE.length + SlotToken.LENGTH + Base32.LONG_CHARACTERS;
    private static final int ROUTED_AT = SESSION_AT + Base32.LONG_CHARACTERS;
    private static final int LENGTH = ROUTED_AT + Base32.LONG_CHARACTERS;
    /** Of the branch of a request that is not passed on. */
    private static final int PLAIN_LENGTH = COOKIE.length + LocalTag.LENGTH;

    private final SlotToken tokens;
    private final SipHash keyHash;
    private final int length;
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[LENGTH + 1]);
    private final ExpandableArrayBuffer routed = new ExpandableArrayBuffer(1024);
    private final ViaView via = new ViaView();
    private int routedLength;

    ForwardBranch(final SlotToken tokens, final SipHash keyHash, final int place) {
        length = place == Chain.FIRST ? LENGTH : LENGTH + 1;
        text.putByte(LENGTH, (byte) ('0' + place));
        this.tokens = tokens;
        this.keyHash = keyHash;
        text.putBytes(0, COOKIE);
    }

    /**
     * Writes a branch.
     *
     * @param routedBy what {@link #hashOf} says of the request as it came in
     */
    void put(final AsciiWriter branch, final int slot, final long unique, final long sessionHash, final long routedBy) {
        tokens.write(slot, text, COOKIE.length);
        Base32.write(unique, text, COOKIE.length + SlotToken.LENGTH);
        Base32.write(sessionHash, text, SESSION_AT);
        Base32.write(routedBy, text, ROUTED_AT);
        branch.put(text, 0, length);
    }

    /** The place in its chain of the service that has written a branch of ours. */
    static int placeIn(final DirectBuffer buffer, final ViaView its) {
        final int bytes = its.branchLength();
        return bytes == LENGTH + 1 || bytes == PLAIN_LENGTH + 1
                ? Math.max(Chain.FIRST, buffer.getByte(its.branchOffset() + bytes - 1) - '0')
                : Chain.FIRST;
    }

    /** True if the view stands on a Via that we have put before a proxied request. */
    boolean isOurs(final DirectBuffer buffer, final ViaView its) {
        return its.branchLength() == length
                && (length == LENGTH || buffer.getByte(its.branchOffset() + LENGTH) == text.getByte(LENGTH))
                && its.hasMagicCookie()
                && tokens.parsePrefix(buffer, its.branchOffset() + COOKIE.length, LENGTH - COOKIE.length)
                        != SlotToken.NOT_A_TOKEN
                && Base32.isLong(buffer, its.branchOffset() + SESSION_AT)
                && Base32.isLong(buffer, its.branchOffset() + ROUTED_AT);
    }

    /** Hash of the key of the session that a branch {@linkplain #isOurs of ours} names. */
    long sessionHash(final DirectBuffer buffer, final ViaView its) {
        return Base32.read(buffer, its.branchOffset() + SESSION_AT);
    }

    /** A hash of all that it depends on where a request is sent: the same on all nodes. */
    long hashOf(final SipMessage request) {
        routedLength = 0;
        final DirectBuffer buffer = request.buffer();
        put(buffer, request.methodOffset(), request.methodLength());
        put(buffer, request.requestUriOffset(), request.requestUriLength());
        put(buffer, request.callIdOffset(), request.callIdLength());
        put(buffer, request.fromTagOffset(), request.fromTagLength());
        put(buffer, request.toTagOffset(), request.toTagLength());
        putAll(request, HeaderName.ROUTE);
        putAll(request, HeaderName.PROXY_REQUIRE);
        putAll(request, HeaderName.PROXY_AUTHORIZATION);
        routed.putLong(routedLength, request.cseqNumber());
        return keyHash.hash(routed, 0, routedLength + Long.BYTES);
    }

    /** True if a Via of ours says that the request was here before and was routed by the same. */
    boolean isLoop(final SipMessage request, final long routedBy) {
        if (!via.wrap(request)) {
            return false;
        }
        do {
            if (isOurs(request.buffer(), via)
                    && Base32.read(request.buffer(), via.branchOffset() + ROUTED_AT) == routedBy) {
                return true;
            }
        } while (via.next());
        return false;
    }

    private void putAll(final SipMessage request, final HeaderName name) {
        for (int i = request.firstHeader(name); i >= 0; i = request.nextHeader(i)) {
            put(request.buffer(), request.headerValueOffset(i), request.headerValueLength(i));
        }
    }

    private void put(final DirectBuffer buffer, final int offset, final int length) {
        final int bytes = Math.max(0, length);
        routed.putInt(routedLength, bytes);
        if (bytes > 0) {
            routed.putBytes(routedLength + Integer.BYTES, buffer, offset, bytes);
        }
        routedLength += Integer.BYTES + bytes;
    }
}
