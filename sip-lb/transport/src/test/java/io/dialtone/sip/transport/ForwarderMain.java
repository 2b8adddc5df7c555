package io.dialtone.sip.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dialtone.net.IoKind;
import io.dialtone.net.WaitMode;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.util.concurrent.CountDownLatch;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A forwarder with next to no routing, to measure the transport by itself: what a SIP balancer costs beyond this is not the transport's.
 * Arguments: LISTEN_PORT CALLER_PORT BACKEND_PORT,BACKEND_PORT... and settings as {@code io=EPOLL}, {@code wait=POLL}, {@code spin=20},
 * {@code loops=2}, {@code batch=32}, {@code gro=true}, {@code gso=true}. Requests get a header line pushed and go to a backend by their Call-ID.
 */
final class ForwarderMain {
    private static final byte[] PUSHED =
            "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-not-a-branch\r\n".getBytes(US_ASCII);

    private ForwarderMain() {}

    private static final class Forwarder implements SipIngress {
        private final SipEgress egress;
        private final int callerPort;
        private final int[] backendPorts;
        private final SipFlow to = new SipFlow();

        Forwarder(final SipEgress egress, final int callerPort, final int[] backendPorts) {
            this.egress = egress;
            this.callerPort = callerPort;
            this.backendPorts = backendPorts;
        }

        @Override
        public void onMessage(
                final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
            to.copyFrom(from);
            if (from.remotePort() != callerPort) {
                egress.send(buffer, offset, length, to.remoteIpv4(from.remoteIpv4(), callerPort));
                return;
            }
            int lineEnd = offset;
            while (buffer.getByte(lineEnd) != '\n') {
                lineEnd++;
            }
            lineEnd++;
            final int start = offset - PUSHED.length;
            buffer.putBytes(start, buffer, offset, lineEnd - offset);
            buffer.putBytes(lineEnd - PUSHED.length, PUSHED);
            // The caller numbers its calls; the number's last digit stands before the dash of the Call-ID.
            int at = lineEnd;
            while (buffer.getInt(at) != CALL) {
                at++;
            }
            while (buffer.getByte(at) != '@') {
                at++;
            }
            final int backend = backendPorts[(buffer.getByte(at - 1) & 1) % backendPorts.length];
            egress.send(buffer, start, length + PUSHED.length, to.remoteIpv4(from.remoteIpv4(), backend));
        }

        private static final int CALL = 'C' | ('a' << 8) | ('l' << 16) | ('l' << 24);

        @Override
        public int doWork(final long nowNs) {
            return 0;
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }
    }

    public static void main(final String[] args) throws Exception {
        final String[] backends = args[2].split(",", -1);
        final int[] backendPorts = new int[backends.length];
        for (int i = 0; i < backends.length; i++) {
            backendPorts[i] = Integer.parseInt(backends[i]);
        }
        final SipTransportConfig.Builder config =
                SipTransportConfig.builder().listen("127.0.0.1", Integer.parseInt(args[0]));
        for (int i = 3; i < args.length; i++) {
            final String value = args[i].substring(args[i].indexOf('=') + 1);
            switch (args[i].substring(0, args[i].indexOf('='))) {
                case "io" -> config.io(IoKind.valueOf(value));
                case "wait" -> config.waitMode(WaitMode.valueOf(value));
                case "spin" -> config.spinUs(Integer.parseInt(value));
                case "loops" -> config.loops(Integer.parseInt(value));
                case "batch" -> config.batch(Integer.parseInt(value));
                case "gro" -> config.gro(Boolean.parseBoolean(value));
                case "gso" -> config.gso(Boolean.parseBoolean(value));
                default -> throw new IllegalArgumentException(args[i]);
            }
        }
        final int callerPort = Integer.parseInt(args[1]);
        try (SipTransport transport =
                SipTransport.start(config.build(), (loop, egress) -> new Forwarder(egress, callerPort, backendPorts))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (final TransportCounter counter : TransportCounter.values()) {
                    System.out.println(counter + " " + transport.count(counter));
                }
            }));
            new CountDownLatch(1).await();
        }
    }
}
