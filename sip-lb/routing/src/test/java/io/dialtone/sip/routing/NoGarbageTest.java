package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Once warm, a message through the balancer leaves nothing for the collector. The best of several windows counts. */
final class NoGarbageTest {
    private static final int WINDOWS = 8;
    private static final int MESSAGES = 5_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ProxyHarness proxy = ProxyHarness.withBackends(FIRST_BACKEND, SECOND_BACKEND);

    private void assertNoGarbage(final String message, final InetSocketAddress source, final ProxyCounter counter) {
        final byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
        final SipFlow from = new SipFlow().remote(source);
        proxy.egress.capturing = false;
        long best = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS && best > 0; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MESSAGES; i++) {
                proxy.buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
                proxy.nowNs += 1_000;
                proxy.proxy.onMessage(proxy.buffer, SipIngress.HEADROOM_BYTES, bytes.length, from, proxy.nowNs);
            }
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes in the best window of " + MESSAGES + " messages");
        assertTrue(proxy.count(counter) >= MESSAGES, "the messages went another way");
    }

    @Test
    void shouldNotAllocateWhenForwardingAnInvite() {
        assertNoGarbage(
                request("INVITE", "sip:bob@example.com", "call-1", "z9hG4bKa1;rport", 1, ""),
                CALLER,
                ProxyCounter.REQUESTS_FORWARDED);
    }

    @Test
    void shouldNotAllocateWhenForwardingARetransmission() {
        proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        assertNoGarbage(invite("call-1", "z9hG4bKa1"), CALLER, ProxyCounter.REMEMBERED);
    }

    @Test
    void shouldNotAllocateWhenForwardingAnInDialogRequest() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        assertNoGarbage(
                request(
                        "BYE",
                        "sip:bob@203.0.113.9",
                        "call-1",
                        "z9hG4bKa2",
                        2,
                        "bob1",
                        "Route: " + invite.header("Record-Route")),
                CALLER,
                ProxyCounter.IN_DIALOG_BY_TOKEN);
    }

    @Test
    void shouldNotAllocateWhenForwardingAResponse() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        assertNoGarbage(response(200, invite), invite.to(), ProxyCounter.RESPONSES_FORWARDED);
    }

    @Test
    void shouldNotAllocateWhenFollowingABackendsRequest() {
        assertNoGarbage(
                request("INVITE", "sip:bob@203.0.113.9", "call-1", "z9hG4bKa1", 1, "", "Route: <sip:203.0.113.5>"),
                ProxyHarness.address(FIRST_BACKEND),
                ProxyCounter.FROM_BACKEND);
    }

    @Test
    void shouldNotAllocateWhenRefusing() {
        assertNoGarbage(
                invite("call-1", "z9hG4bKa1;rport").replace("Max-Forwards: 70", "Max-Forwards: 0"),
                CALLER,
                ProxyCounter.REFUSED_TOO_MANY_HOPS);
    }

    @Test
    void shouldNotAllocateWhenDroppingGarbage() {
        assertNoGarbage("neither fish nor fowl, and surely no SIP\r\n\r\n", CALLER, ProxyCounter.DROPPED_GARBAGE);
    }

    /** New calls by load, with limits, and their final answers: what is met anew with each call. */
    @ParameterizedTest
    @EnumSource
    void shouldNotAllocateWhenChoosingABackend(final Algorithm algorithm) {
        final ProxyHarness byLoad = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND)
                .balancing(BalancingConfig.defaults().withAlgorithm(algorithm).withOpenMax(MESSAGES)));
        final CapturingEgress.Sent first =
                byLoad.receive(invite("call-0000000", "z9hG4bKa0000000")).sent();
        final String text = invite("call-0000000", "z9hG4bKa0000000");
        final byte[] invite = text.getBytes(StandardCharsets.ISO_8859_1);
        final int branch = text.indexOf("z9hG4bKa") + "z9hG4bKa".length();
        final int callId = text.indexOf("call-") + "call-".length();
        final byte[] ok = response(200, first).getBytes(StandardCharsets.ISO_8859_1);
        final SipFlow caller = new SipFlow().remote(CALLER);
        final SipFlow backend = new SipFlow().remote(first.to());
        byLoad.egress.capturing = false;
        long best = Long.MAX_VALUE;
        int number = 1;
        for (int window = 0; window < WINDOWS && best > 0; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MESSAGES; i++) {
                putDigits(invite, branch, number);
                putDigits(invite, callId, number++);
                receive(byLoad, invite, caller);
                receive(byLoad, ok, backend);
                byLoad.proxy.doWork(byLoad.nowNs);
            }
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes in the best window of " + MESSAGES + " calls");
        assertTrue(byLoad.count(ProxyCounter.NEW_CALLS) >= MESSAGES, "the messages went another way");
    }

    private static void putDigits(final byte[] text, final int offset, final int number) {
        int rest = number;
        for (int i = 6; i >= 0; i--) {
            text[offset + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static void receive(final ProxyHarness harness, final byte[] message, final SipFlow from) {
        harness.buffer.putBytes(SipIngress.HEADROOM_BYTES, message);
        harness.nowNs += 1_000;
        harness.proxy.onMessage(harness.buffer, SipIngress.HEADROOM_BYTES, message.length, from, harness.nowNs);
    }

    @Test
    void shouldNotAllocateWhenProbing() {
        proxy.egress.capturing = false;
        final List<Backend> backends = proxy.balancer.table().current().all();
        long best = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS && best > 0; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MESSAGES; i++) {
                // Backends that say something all the time stay in use although nobody answers their probes.
                proxy.nowNs += 20_000_000;
                for (int b = 0; b < backends.size(); b++) {
                    backends.get(b).vitals().onHeard(proxy.nowNs);
                }
                proxy.proxy.doWork(proxy.nowNs);
            }
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes in the best window of " + MESSAGES + " turns");
        assertTrue(proxy.count(ProxyCounter.PROBES_SENT) > WINDOWS, "nobody was probed");
    }
}
