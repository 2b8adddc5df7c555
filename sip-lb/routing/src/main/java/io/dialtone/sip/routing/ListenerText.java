package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ViaTransport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header lines we add when a request leaves by one listener, written once; for each message only the changing characters are filled in.
 * One per listener and I/O thread.
 *
 * <pre>
 *   Via: SIP/2.0/TRANSPORT HOST:PORT;branch=z9hG4bKdtTTTTTTTTTTTTT;dt=LlllllllCCCCCCCCCCCCC
 *   Record-Route: &lt;sip:HOST:PORT;transport=TRANSPORT;lr;dt=BBBBBBBCCCCCCCCCCCCC&gt;
 *
 *   Record-Route: &lt;sip:HOST:PORT;transport=TRANSPORT;lr;dt=BBBBBBBCCCCCCCCCCCCC;r2=on;df=AAAAAAAAAAAAAaaaaaaaaaaaaaPPPPCCCCCCCCCCCCC&gt;
 *
 *   T transaction (64 bits)   L listener the request came in by   l what routed it, for loops (35 bits)   B backend (32 bits)
 *   C keyed check (64 bits)   A, a, P address and port of the other end of the connection that the request came by (128 and 16 bits)
 * </pre>
 *
 * What tells a loop stands in a parameter of its own and not in the branch: a CANCEL or ACK whose sender changed a byte of the
 * Request-URI still matches its INVITE.
 */
final class ListenerText {
    private static final int LINE_END_LENGTH = 2;

    /** Listeners that one character can tell apart. */
    static final int LISTENERS_MAX = 32;

    static final int LOOP_LENGTH = 7;
    static final long LOOP_MASK = (1L << 35) - 1;

    /** What follows {@code dt=} in Via. */
    static final int VIA_PARAM_LENGTH = 1 + LOOP_LENGTH + Base32.LONG_LENGTH;

    /** What follows {@code dt=} in Record-Route. */
    static final int TOKEN_LENGTH = Base32.INT_LENGTH + Base32.LONG_LENGTH;

    private static final int PORT_LENGTH = 4;

    /** What follows {@code df=} in the Record-Route of a listener with connections. */
    static final int FLOW_LENGTH = Base32.LONG_LENGTH + Base32.LONG_LENGTH + PORT_LENGTH + Base32.LONG_LENGTH;

    static final byte[] BRANCH_MARK = ascii("z9hG4bKdt");
    static final int BRANCH_LENGTH = BRANCH_MARK.length + Base32.LONG_LENGTH;

    private static final String VIA_PARAM = ";dt=";
    private static final String PAIRED = ";r2=on";
    private static final String FLOW = ";df=";
    private static final String VIA_NAME = "Via: ";
    private static final String RECORD_ROUTE_NAME = "Record-Route: ";

    private final UnsafeBuffer text;
    private final int transactionOffset;
    private final int viaParamOffset;
    private final int viaLength;
    private final int tokenOffset;
    private final int recordRouteLength;
    private final UnsafeBuffer pairedText;
    private final int pairedTokenOffset;
    private final UnsafeBuffer flowText;
    private final int flowOffset;
    private final ViaTransport speaks;
    private final boolean ipv4;

    ListenerText(final SipListener listener) {
        this(listener, false);
    }

    /** @param isSips true for URIs that are {@code sips}, for dialogs that are so (RFC 3261 section 16.6 step 4) */
    ListenerText(final SipListener listener, final boolean isSips) {
        final String sentBy = listener.advertisedHost() + ":" + listener.advertisedPort();
        final String via = "Via: SIP/2.0/" + listener.speaks().viaName() + " " + sentBy + ";branch="
                + new String(BRANCH_MARK, StandardCharsets.US_ASCII);
        final String uri = isSips
                ? "<sips:" + sentBy + listener.speaks().sipsUriParam()
                : "<sip:" + sentBy + listener.speaks().uriParam();
        final String beforeToken = RECORD_ROUTE_NAME + uri + ";lr;dt=";
        final String transactionBlank = "a".repeat(Base32.LONG_LENGTH);
        final String viaBlank = "a".repeat(VIA_PARAM_LENGTH);
        final String tokenBlank = "a".repeat(TOKEN_LENGTH);
        this.transactionOffset = via.length();
        this.viaParamOffset = transactionOffset + Base32.LONG_LENGTH + VIA_PARAM.length();
        final String viaLine = via + transactionBlank + VIA_PARAM + viaBlank + "\r\n";
        this.viaLength = viaLine.length();
        this.tokenOffset = viaLength + beforeToken.length();
        final String recordRouteLine = beforeToken + tokenBlank + ">\r\n";
        this.recordRouteLength = recordRouteLine.length();
        this.text = direct(viaLine + recordRouteLine);
        this.pairedTokenOffset = beforeToken.length();
        final String pairedLine = beforeToken + tokenBlank + PAIRED;
        this.pairedText = direct(pairedLine + ">\r\n");
        this.flowOffset = pairedLine.length() + FLOW.length();
        this.flowText = direct(pairedLine + FLOW + "a".repeat(FLOW_LENGTH) + ">\r\n");
        this.speaks = listener.speaks();
        this.ipv4 = listener.local().getAddress().getAddress().length == Integer.BYTES;
    }

    ViaTransport speaks() {
        return speaks;
    }

    boolean isIpv4() {
        return ipv4;
    }

    /** Fills the Via line in. */
    void stamp(final long transaction, final int listener, final long loop, final long wayBack) {
        Base32.write(transaction, text, transactionOffset, Base32.LONG_LENGTH);
        Base32.write(listener, text, viaParamOffset, 1);
        Base32.write(loop, text, viaParamOffset + 1, LOOP_LENGTH);
        Base32.write(wayBack, text, viaParamOffset + 1 + LOOP_LENGTH, Base32.LONG_LENGTH);
    }

    /** Fills the Record-Route line in. */
    void stampRecordRoute(final int backend, final long check) {
        writeToken(text, tokenOffset, backend, check);
    }

    /** Fills in the Record-Route line that is one of two. */
    void stampPairedRecordRoute(final int backend, final long check) {
        writeToken(pairedText, pairedTokenOffset, backend, check);
    }

    /** Fills in the Record-Route line that is one of two, for the side where the peer is found by its connection. */
    void stampFlow(final int backend, final long tokenCheck, final SipFlow peer, final long flowCheck) {
        writeToken(flowText, pairedTokenOffset, backend, tokenCheck);
        Base32.write(peer.remoteHigh(), flowText, flowOffset, Base32.LONG_LENGTH);
        Base32.write(peer.remoteLow(), flowText, flowOffset + Base32.LONG_LENGTH, Base32.LONG_LENGTH);
        Base32.write(peer.remotePort(), flowText, flowOffset + 2 * Base32.LONG_LENGTH, PORT_LENGTH);
        Base32.write(flowCheck, flowText, flowOffset + 2 * Base32.LONG_LENGTH + PORT_LENGTH, Base32.LONG_LENGTH);
    }

    /** Reads the peer that {@link #stampFlow} wrote, and returns its check. */
    static long readFlow(final DirectBuffer buffer, final int offset, final SipFlow peer) {
        peer.remote(
                Base32.read(buffer, offset, Base32.LONG_LENGTH),
                Base32.read(buffer, offset + Base32.LONG_LENGTH, Base32.LONG_LENGTH),
                (int) Base32.read(buffer, offset + 2 * Base32.LONG_LENGTH, PORT_LENGTH));
        return Base32.read(buffer, offset + 2 * Base32.LONG_LENGTH + PORT_LENGTH, Base32.LONG_LENGTH);
    }

    /** The whole line that {@link #stampFlow} fills in. */
    UnsafeBuffer flowText() {
        return flowText;
    }

    /** The Via line from 0 to {@link #viaLength()}, then the Record-Route line. */
    UnsafeBuffer text() {
        return text;
    }

    int viaLength() {
        return viaLength;
    }

    int viaAndRecordRouteLength() {
        return viaLength + recordRouteLength;
    }

    /** A Record-Route line that says it is one of two: request and responses take different listeners. */
    UnsafeBuffer pairedText() {
        return pairedText;
    }

    private static void writeToken(final UnsafeBuffer buffer, final int offset, final int backend, final long check) {
        Base32.write(backend & 0xFFFF_FFFFL, buffer, offset, Base32.INT_LENGTH);
        Base32.write(check, buffer, offset + Base32.INT_LENGTH, Base32.LONG_LENGTH);
    }

    // What comes back word for word, as it nearly always does, is known without parsing it.

    /** Whether a whole Via header is a value of ours and nothing else; transaction and parameter stand where {@link #stamp} put them. */
    boolean isVia(final DirectBuffer buffer, final int offset, final int length) {
        final int from = VIA_NAME.length();
        return length == viaLength - from - LINE_END_LENGTH
                && isEqual(buffer, offset, text, from, transactionOffset - from)
                && isEqual(
                        buffer,
                        offset + viaParamOffset - VIA_PARAM.length() - from,
                        text,
                        viaParamOffset - VIA_PARAM.length(),
                        VIA_PARAM.length());
    }

    /** Place of the transaction in a value that {@link #isVia}. */
    int transactionPlace() {
        return transactionOffset - VIA_NAME.length();
    }

    /** Place of the parameter's value in a value that {@link #isVia}. */
    int viaParamPlace() {
        return viaParamOffset - VIA_NAME.length();
    }

    /** Whether a whole Route header is one value of ours and nothing else, as a peer makes it from our Record-Route; not one of a pair. */
    boolean isRoute(final DirectBuffer buffer, final int offset, final int length) {
        final int from = viaLength + RECORD_ROUTE_NAME.length();
        return length == recordRouteLength - RECORD_ROUTE_NAME.length() - LINE_END_LENGTH
                && isEqual(buffer, offset, text, from, tokenOffset - from)
                && buffer.getByte(offset + length - 1) == '>';
    }

    /** Place of the token in a value that {@link #isRoute}. */
    int tokenPlace() {
        return tokenOffset - viaLength - RECORD_ROUTE_NAME.length();
    }

    private static boolean isEqual(
            final DirectBuffer one,
            final int oneOffset,
            final DirectBuffer other,
            final int otherOffset,
            final int length) {
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if (one.getLong(oneOffset + i) != other.getLong(otherOffset + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (one.getByte(oneOffset + i) != other.getByte(otherOffset + i)) {
                return false;
            }
        }
        return true;
    }

    /** In direct memory, like the messages it is copied to. */
    private static UnsafeBuffer direct(final String string) {
        final byte[] bytes = ascii(string);
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
        buffer.putBytes(0, bytes);
        return buffer;
    }

    private static byte[] ascii(final String string) {
        return string.getBytes(StandardCharsets.US_ASCII);
    }
}
