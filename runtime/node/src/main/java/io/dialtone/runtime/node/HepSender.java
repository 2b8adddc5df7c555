package io.dialtone.runtime.node;

import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.trace.HepEncoder;
import io.dialtone.sip.trace.Privacy;
import io.dialtone.sip.trace.TraceKind;
import io.dialtone.sip.trace.TraceReader;
import io.dialtone.sip.trace.TracedMessage;
import io.dialtone.sip.trace.Tracer;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/**
 * Sends what I/O threads have kept to a receiver of HEP, on a thread of its own. It reads behind them and holds up none: what is overwritten before it was read, or finds no room in the socket, is
 * counted as dropped. Called only by its thread, but for the counts.
 */
final class HepSender implements Agent {
    private static final System.Logger LOGGER = System.getLogger(HepSender.class.getName());
    private static final int MESSAGES_PER_TURN_MAX = 256;

    private final List<TraceReader> readers;
    private final SessionNames names;
    private final HepEncoder encoder;
    private final Privacy privacy;
    private final DatagramChannel channel;
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private boolean hasComplained;

    private HepSender(
            final List<TraceReader> readers,
            final SessionNames names,
            final HepEncoder encoder,
            final Privacy privacy,
            final DatagramChannel channel) {
        this.readers = readers;
        this.names = names;
        this.encoder = encoder;
        this.privacy = privacy;
        this.channel = channel;
    }

    /** Begins with what comes from now on. */
    static HepSender open(
            final Tracer tracer, final SessionNames names, final TracePlan.Hep plan, final boolean showsBodies)
            throws IOException {
        final DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.connect(plan.receiver());
        final List<TraceReader> readers = tracer.readers();
        readers.forEach(TraceReader::seekEnd);
        return new HepSender(
                readers, names, new HepEncoder(plan.captureId(), plan.key()), Privacy.of(false, showsBodies), channel);
    }

    @Override
    public int doWork() {
        int work = 0;
        long overwritten = 0;
        for (final TraceReader reader : readers) {
            for (int i = 0; i < MESSAGES_PER_TURN_MAX && reader.next(); i++) {
                send(reader.message());
                work++;
            }
            overwritten += reader.missed();
        }
        missed.setRelease(overwritten);
        return work;
    }

    private void send(final TracedMessage traced) {
        if (traced.kind() == TraceKind.HANDED_OVER) {
            return; // it was sent when it came in
        }
        message.parseDatagram(traced.buffer(), traced.offset(), traced.length());
        final String correlation = message.callIdLength() > 0 ? Long.toHexString(names.sessionOf(message)) : "";
        final boolean isIn = traced.kind() == TraceKind.IN;
        final ByteBuffer packet = encoder.encode(
                isIn ? traced.peer() : traced.local(),
                isIn ? traced.local() : traced.peer(),
                traced.transport(),
                traced.timeNs(),
                correlation,
                privacy.apply(traced.toBytes()));
        try {
            if (write(packet) == 0) {
                refused.incrementAndGet();
            } else {
                sent.incrementAndGet();
                hasComplained = false;
            }
        } catch (IOException e) {
            refused.incrementAndGet();
            if (!hasComplained) {
                hasComplained = true;
                LOGGER.log(System.Logger.Level.WARNING, "HEP: messages are not sent: {0}", e.getMessage());
            }
        }
    }

    /** The system tells us of an earlier packet that nobody took by refusing the next: that one is sent all the same. */
    private int write(final ByteBuffer packet) throws IOException {
        try {
            return channel.write(packet);
        } catch (PortUnreachableException e) {
            refused.incrementAndGet();
            sent.decrementAndGet();
            return channel.write(packet.rewind());
        }
    }

    @Override
    public String roleName() {
        return "hep-sender";
    }

    @Override
    public void onClose() {
        try {
            channel.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the socket to the receiver of HEP", e);
        }
    }

    /** Adds what it counts; nothing where none is. */
    static void metrics(final MetricsPage page, final @Nullable HepSender sender) {
        page.counter("dialtone_hep_messages_sent_total", "Messages sent to the receiver of HEP.")
                .sample(sender == null ? 0 : sender.sent.getAcquire());
        page.counter(
                        "dialtone_hep_messages_dropped_total",
                        "Messages not sent to it: the socket did not take them, or they were overwritten before.")
                .sample(sender == null ? 0 : sender.refused.getAcquire(), "why", "socket")
                .sample(sender == null ? 0 : sender.missed.getAcquire(), "why", "overwritten");
    }
}
