package io.dialtone.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;

/** What happens on a connection before and around the messages: nothing (TCP), or hands are shaken (TLS, WebSocket). Called only by the loop's thread. */
interface StreamGreeting {
    /** Plain TCP. */
    StreamGreeting NONE = new StreamGreeting() {
        @Override
        public void prepare(final ChannelPipeline pipeline, final StreamConnection connection) {
            // Messages begin at once.
        }

        @Override
        public boolean shakesHands() {
            return false;
        }

        @Override
        public boolean mayConnect() {
            return true;
        }

        @Override
        public boolean comesWhole() {
            return false;
        }

        @Override
        public Object wrap(final ByteBuf message) {
            return message;
        }
    };

    /** Whether a connection that this peer has made is taken. */
    default boolean takes(final StreamConnection connection) {
        return true;
    }

    /** Whether who has connected is the peer, and not somebody who will say on whose behalf. */
    default boolean isPeerKnown() {
        return true;
    }

    /** Puts handlers before the connection's, which tell it when hands are shaken. */
    void prepare(ChannelPipeline pipeline, StreamConnection connection);

    /** Whether a connection is of use only when {@link StreamConnection#onOpen} was called by a handler of this. */
    boolean shakesHands();

    /** Whether we may open connections; servers of WebSocket cannot. */
    boolean mayConnect();

    /** Whether what is read is a whole message each time. */
    boolean comesWhole();

    /** The message as the pipeline wants it written. */
    Object wrap(ByteBuf message);
}
