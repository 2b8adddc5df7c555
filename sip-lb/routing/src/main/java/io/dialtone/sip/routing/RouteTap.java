package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkFrame;
import org.agrona.DirectBuffer;

/** Is told which node a message of an edge goes to or comes from, for who keeps messages to be looked at. Called only by the I/O thread; never throws, never waits. */
public interface RouteTap {
    /** Tells nobody. */
    RouteTap NONE = new RouteTap() {
        @Override
        public void onHandedOver(
                final LinkFrame frame,
                final int toMember,
                final DirectBuffer buffer,
                final int offset,
                final int length) {}

        @Override
        public void onMessageOfNode(final LinkFrame frame) {}
    };

    /** The link has taken a message for the owner of its slot: the one that has just come in, or, in a turn of {@link SipIngress#doWork}, one that has waited or is handed over again. */
    void onHandedOver(LinkFrame frame, int toMember, DirectBuffer buffer, int offset, int length);

    /** The message that is sent next is a node's. */
    void onMessageOfNode(LinkFrame frame);
}
