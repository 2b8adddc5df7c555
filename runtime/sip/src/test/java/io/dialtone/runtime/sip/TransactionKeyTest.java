package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** RFC 3261 section 17.2.3. */
class TransactionKeyTest {
    private static final String VIA = "SIP/2.0/UDP Host.example.com:5070;branch=z9hG4bKabc";

    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final ViaView via = new ViaView();
    private final TransactionKey key = new TransactionKey();

    @Test
    void shouldFindTheInviteByItsCancelAndItsAck() {
        final String invite = keyOf("INVITE", VIA, SipMethod.INVITE);

        assertEquals(invite, keyOf("CANCEL", VIA, SipMethod.INVITE));
        assertEquals(invite, keyOf("ACK", VIA, SipMethod.INVITE));
        assertNotEquals(invite, keyOf("CANCEL", VIA, SipMethod.CANCEL));
    }

    @Test
    void shouldCompareHostsWithoutCaseAndBranchesWithIt() {
        final String options = keyOf("OPTIONS", VIA, SipMethod.OPTIONS);

        assertEquals(options, keyOf("OPTIONS", VIA.replace("Host", "hOST"), SipMethod.OPTIONS));
        assertNotEquals(options, keyOf("OPTIONS", VIA.replace("abc", "ABC"), SipMethod.OPTIONS));
        assertNotEquals(options, keyOf("OPTIONS", VIA.replace("5070", "5071"), SipMethod.OPTIONS));
    }

    @Test
    void shouldKnowTransactionsOfRfc2543ByTheirWholeVia() {
        final String old = keyOf("OPTIONS", "SIP/2.0/UDP host.example.com", SipMethod.OPTIONS);

        assertEquals(old, keyOf("OPTIONS", "SIP/2.0/UDP host.example.com", SipMethod.OPTIONS));
        assertNotEquals(old, keyOf("OPTIONS", "SIP/2.0/UDP other.example.com", SipMethod.OPTIONS));
        assertNotEquals(old, keyOf("OPTIONS", "SIP/2.0/UDP host.example.com;branch=z9hG4bK", SipMethod.OPTIONS));
    }

    private String keyOf(final String method, final String topmostVia, final SipMethod as) {
        final byte[] bytes =
                """
                %s sip:bob@example.com SIP/2.0
                Via: %s
                From: <sip:alice@example.com>;tag=1
                To: <sip:bob@example.com>
                Call-ID: key@example.com
                CSeq: 1 %s

                """.formatted(method, topmostVia, method).replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        assertEquals(ParseResult.COMPLETE, message.parseDatagram(new UnsafeBuffer(bytes), 0, bytes.length));
        assertTrue(via.wrap(message));
        key.writeTransaction(message, via, as);
        final byte[] written = new byte[key.length()];
        key.buffer().getBytes(0, written);
        return new String(written, StandardCharsets.ISO_8859_1);
    }
}
