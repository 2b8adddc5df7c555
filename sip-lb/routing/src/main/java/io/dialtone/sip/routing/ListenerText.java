package io.dialtone.sip.routing;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header lines we add when a request leaves by one listener, written once; for each message only the changing characters are filled in.
 * One per listener and I/O thread.
 *
 * <pre>
 *   Via: SIP/2.0/UDP HOST:PORT;branch=z9hG4bKdtTTTTTTTTTTTTT;dt=LlllllllCCCCCCCCCCCCC
 *   Record-Route: &lt;sip:HOST:PORT;lr;dt=BBBBBBBCCCCCCCCCCCCC&gt;
 *
 *   T transaction (64 bits)   L listener the request came in by   l what routed it, for loops (35 bits)   B backend (32 bits)
 *   C keyed check (64 bits)
 * </pre>
 *
 * What tells a loop stands in a parameter of its own and not in the branch: a CANCEL or ACK whose sender changed a byte of the
 * Request-URI still matches its INVITE.
 */
final class ListenerText {
    /** Listeners that one character can tell apart. */
    static final int LISTENERS_MAX = 32;

    static final int LOOP_LENGTH = 7;
    static final long LOOP_MASK = (1L << 35) - 1;

    /** What follows {@code dt=} in Via. */
    static final int VIA_PARAM_LENGTH = 1 + LOOP_LENGTH + Base32.LONG_LENGTH;

    /** What follows {@code dt=} in Record-Route. */
    static final int TOKEN_LENGTH = Base32.INT_LENGTH + Base32.LONG_LENGTH;

    static final byte[] BRANCH_MARK = ascii("z9hG4bKdt");
    static final int BRANCH_LENGTH = BRANCH_MARK.length + Base32.LONG_LENGTH;

    private static final String VIA_PARAM = ";dt=";

    private final UnsafeBuffer text;
    private final int transactionOffset;
    private final int viaParamOffset;
    private final int viaLength;
    private final int tokenOffset;
    private final int recordRouteLength;
    private final UnsafeBuffer pairedText;
    private final int pairedTokenOffset;
    private final boolean ipv4;

    ListenerText(final SipListener listener) {
        final String sentBy = listener.advertisedHost() + ":" + listener.advertisedPort();
        final String via =
                "Via: SIP/2.0/UDP " + sentBy + ";branch=" + new String(BRANCH_MARK, StandardCharsets.US_ASCII);
        final String beforeToken = "Record-Route: <sip:" + sentBy + ";lr;dt=";
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
        this.text = new UnsafeBuffer(ascii(viaLine + recordRouteLine));
        this.pairedTokenOffset = beforeToken.length();
        this.pairedText = new UnsafeBuffer(ascii(beforeToken + tokenBlank + ";r2=on>\r\n"));
        this.ipv4 = listener.local().getAddress().getAddress().length == Integer.BYTES;
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

    private static byte[] ascii(final String string) {
        return string.getBytes(StandardCharsets.US_ASCII);
    }
}
