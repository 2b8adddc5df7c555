package io.dialtone.runtime.link;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A process that plays a node: sends back every frame. For tests of several processes and for measurements by hand. */
final class LinkEcho implements LinkFrameHandler {
    private static final int FRAMES_MAX = 64;

    private final LinkEndpoint node;
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);

    private LinkEcho(final LinkEndpoint node) {
        this.node = node;
    }

    /** Arguments: driver's directory, port of the edge, port of the node, host of the node, longest rest in µs. */
    public static void main(final String[] args) {
        final LinkMembers members = LinkPairs.members(Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3]);
        final Link link = Link.open(
                members,
                members.named("node-1"),
                LinkSettings.defaults(Path.of(args[0])),
                LinkPairs.KEYS,
                5_000,
                (what, cause) -> Runtime.getRuntime().halt(3));
        final LinkEcho echo = new LinkEcho(link.endpoint(0, System.nanoTime()));
        final LinkRest rest = new LinkRest(Long.parseLong(args[4]) * 1_000);
        while (true) {
            final long nowNs = System.nanoTime();
            final int work = echo.node.doWork(nowNs) + echo.node.poll(echo, FRAMES_MAX);
            rest.afterTurn(nowNs, work);
        }
    }

    @Override
    public void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        frame.wrap(buffer, offset, length);
        final long slot = frame.slot();
        final long arrivalNs = frame.arrivalNs();
        final LinkPublication back = node.publication(frame.member(), frame.thread());
        final int payload = frame.payloadLength();
        final int from = offset + frame.headerLength();
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot((int) slot)
                .arrivalNs(arrivalNs)
                .member(node.member())
                .thread(node.thread())
                .incarnation(node.incarnation());
        back.offer(header, 0, LinkFrame.HEADER_BYTES, buffer, from, payload);
    }

    /** The edge's way of resting: a quarter of the time since the last work, within bounds. */
    static final class LinkRest {
        private static final long MIN_NS = 50_000;

        private final long maxNs;
        private long lastWorkNs;

        LinkRest(final long maxNs) {
            this.maxNs = maxNs;
        }

        void afterTurn(final long nowNs, final int work) {
            if (work > 0) {
                lastWorkNs = nowNs;
            } else if (maxNs == 0) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(Math.min(maxNs, Math.max(MIN_NS, (nowNs - lastWorkNs) / 4)));
            }
        }
    }
}
