package io.dialtone.runtime.link;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** A process that plays an edge and measures round trips to {@link LinkEcho}; run by hand, its figures are in the decision record. */
final class LinkRoundTrips {
    private static final int BODY_BYTES = 600;

    private LinkRoundTrips() {}

    /** Arguments: driver's directory, or "start:" and one to start it here; port of the edge; of the node; host of the node; longest rest in µs; rate per second; seconds. */
    public static void main(final String[] args) throws Exception {
        final boolean start = args[0].startsWith("start:");
        final LinkSettings settings = LinkSettings.defaults(Path.of(start ? args[0].substring(6) : args[0]));
        final LinkFailureHandler halt = (what, cause) -> Runtime.getRuntime().halt(3);
        if (start) {
            LinkDriver.start(settings, halt);
        }
        final LinkMembers members = LinkPairs.members(Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3]);
        final Link link = Link.open(members, members.named("edge-1"), settings, LinkPairs.KEYS, 5_000, halt);
        final LinkEndpoint edge = link.endpoint(0, System.nanoTime());
        final LinkEcho.LinkRest rest = new LinkEcho.LinkRest(Long.parseLong(args[4]) * 1_000);
        final int rate = Integer.parseInt(args[5]);
        final int seconds = Integer.parseInt(args[6]);
        final LinkPublication out = edge.publication(1, 0);
        final LinkFrame frame = new LinkFrame();
        final LinkFrame answer = new LinkFrame();
        final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
        final UnsafeBuffer body = new UnsafeBuffer(new byte[BODY_BYTES]);
        final long[] trips = new long[Math.max(1, rate * seconds * 2)];
        final int[] count = {0};
        final LinkFrameHandler take = (buffer, offset, length) -> {
            answer.wrap(buffer, offset, length);
            if (count[0] < trips.length) {
                trips[count[0]++] = System.nanoTime() - answer.arrivalNs();
            }
        };
        while (!edge.isReachable(1, 0)) {
            final long nowNs = System.nanoTime();
            rest.afterTurn(nowNs, edge.doWork(nowNs) + edge.poll(take, 64));
        }
        int refused = 0;
        for (int window = 0; window < 3; window++) {
            count[0] = 0;
            refused = 0;
            final long cpuBefore = cpuTicks();
            final long beginNs = System.nanoTime();
            final long intervalNs = rate == 0 ? Long.MAX_VALUE / 4 : 1_000_000_000L / rate;
            long nextNs = beginNs + (rate == 0 ? intervalNs : 0);
            while (System.nanoTime() - beginNs < seconds * 1_000_000_000L) {
                final long nowNs = System.nanoTime();
                int work = edge.doWork(nowNs) + edge.poll(take, 64);
                while (nowNs - nextNs >= 0) {
                    nextNs += intervalNs;
                    frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                            .slot(1)
                            .arrivalNs(System.nanoTime())
                            .member(edge.member())
                            .thread(edge.thread())
                            .incarnation(edge.incarnation());
                    if (out.offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, BODY_BYTES) <= 0) {
                        refused++;
                    }
                    work++;
                }
                rest.afterTurn(nowNs, work);
            }
            final double cpu = (cpuTicks() - cpuBefore) / (double) seconds;
            Arrays.sort(trips, 0, count[0]);
            System.out.printf(
                    "window %d: %d trips, %d refused, p50 %.0f p99 %.0f p99.9 %.0f max %.0f us, CPU of this process %.1f %%%n",
                    window,
                    count[0],
                    refused,
                    at(trips, count[0], 50),
                    at(trips, count[0], 99),
                    at(trips, count[0], 99.9),
                    at(trips, count[0], 100),
                    cpu);
        }
        link.close();
        System.exit(0);
    }

    private static double at(final long[] sorted, final int count, final double percentile) {
        return count == 0 ? 0 : sorted[(int) Math.min(count - 1, count * percentile / 100)] / 1e3;
    }

    /** User and system time of this process in hundredths of a second. */
    private static long cpuTicks() throws Exception {
        final String stat = Files.readString(Path.of("/proc/self/stat"));
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
