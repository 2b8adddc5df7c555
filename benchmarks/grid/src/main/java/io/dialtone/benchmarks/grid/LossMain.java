package io.dialtone.benchmarks.grid;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.DebugSendChannelEndpoint;
import io.aeron.driver.ext.LossGenerator;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How much later messages come where packets are lost: one stream between two media drivers of this process, which lose a part of all packets, repairs and what asks for them too. The
 * driver's waits are arguments, so that its defaults can be put beside ours.
 */
public final class LossMain {
    private static final String CHANNEL = "aeron:udp?endpoint=127.0.0.1:";
    private static final int STREAM = 7;
    private static final int MESSAGE_BYTES = 600;
    private static final int SECONDS = 10;
    private static final int FRAGMENTS_MAX = 64;
    private static final int HUNDRED = 100;
    private static final double NS_IN_MS = 1e6;

    private LossMain() {}

    /**
     * What is measured.
     *
     * @param lostPercent of all packets, each way
     * @param againMs for how long a sender has no ear for those who ask for the same part again
     * @param askAgainMs after how long a receiver asks again
     */
    private record Plan(int lostPercent, int againMs, int askAgainMs, int perSecond, int port) {}

    @SuppressWarnings("SystemOut") // its report is what it is for
    public static void main(final String... arguments) {
        if (arguments.length != 5) {
            System.err.println("expected: PERCENT-LOST LINGER-MS NAK-AGAIN-MS MESSAGES-PER-SECOND PORT");
            System.exit(64);
        }
        final int[] numbers = new int[arguments.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Integer.parseInt(arguments[i]);
        }
        final Plan plan = new Plan(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        final Histogram latency = measure(plan);
        System.out.printf(
                Locale.ROOT,
                "%d %% lost, linger %d ms, asked again after %d ms, %d messages/s: p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.1f, max %.1f ms%n",
                plan.lostPercent,
                plan.againMs,
                plan.askAgainMs,
                plan.perSecond,
                latency.getValueAtPercentile(50) / NS_IN_MS,
                latency.getValueAtPercentile(90) / NS_IN_MS,
                latency.getValueAtPercentile(99) / NS_IN_MS,
                latency.getValueAtPercentile(99.9) / NS_IN_MS,
                latency.getMaxValue() / NS_IN_MS);
    }

    private static Histogram measure(final Plan plan) {
        final Histogram latency = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        final String channel = CHANNEL + plan.port;
        try (MediaDriver sending = MediaDriver.launchEmbedded(context(plan, 1));
                MediaDriver receiving = MediaDriver.launchEmbedded(context(plan, 2));
                Aeron sender = Aeron.connect(new Aeron.Context().aeronDirectoryName(sending.aeronDirectoryName()));
                Aeron receiver = Aeron.connect(new Aeron.Context().aeronDirectoryName(receiving.aeronDirectoryName()));
                Subscription in = receiver.addSubscription(channel, STREAM);
                ExclusivePublication out = sender.addExclusivePublication(channel, STREAM)) {
            while (!out.isConnected() || in.hasNoImages()) {
                Thread.onSpinWait();
            }
            run(plan, out, in, latency);
        }
        return latency;
    }

    /** One thread sends what is due and takes what has come, so that no second one has to be waited for. */
    private static void run(
            final Plan plan, final ExclusivePublication out, final Subscription in, final Histogram latency) {
        final int messages = plan.perSecond * SECONDS;
        final long intervalNs = TimeUnit.SECONDS.toNanos(1) / plan.perSecond;
        final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
        long dueNs = System.nanoTime();
        int sent = 0;
        while (latency.getTotalCount() < messages) {
            final int taken = in.poll(
                    (buffer, offset, length, header) ->
                            latency.recordValue(Math.max(1, System.nanoTime() - buffer.getLong(offset))),
                    FRAGMENTS_MAX);
            if (sent < messages && System.nanoTime() - dueNs >= 0) {
                message.putLong(0, dueNs);
                if (out.offer(message, 0, MESSAGE_BYTES) > 0) {
                    sent++;
                    dueNs += intervalNs;
                }
            } else if (taken == 0) {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    private static MediaDriver.Context context(final Plan plan, final int number) {
        return new MediaDriver.Context()
                .aeronDirectoryName("/dev/shm/dialtone-loss-" + plan.port + "-" + number)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy(10, 0, 1_000, 1_000_000))
                .publicationTermBufferLength(1 << 20)
                .retransmitUnicastLingerNs(TimeUnit.MILLISECONDS.toNanos(plan.againMs))
                .nakUnicastRetryDelayRatio(plan.askAgainMs * 10L) // of a first delay of 100 us
                .sendChannelEndpointSupplier((channel, status, context) -> new DebugSendChannelEndpoint(
                        channel, status, context, losing(plan, number), losing(plan, number + 10)))
                .receiveChannelEndpointSupplier(
                        (channel, dispatcher, status, context) -> new DebugReceiveChannelEndpoint(
                                channel, dispatcher, status, context, losing(plan, -1), losing(plan, number + 20)));
    }

    private static LossGenerator losing(final Plan plan, final int seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        return new LossGenerator() {
            @Override
            public boolean shouldDropFrame(
                    final InetSocketAddress address, final UnsafeBuffer buffer, final int length) {
                return seed >= 0 && random.nextInt(HUNDRED) < plan.lostPercent;
            }
        };
    }
}
