package io.dialtone.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import java.util.List;

/** Proxies stand in front: first they say for whom they have connected, then hands are shaken as ever, or not. Called only by the loop's thread. */
final class ProxiedGreeting implements StreamGreeting {
    private final List<NetworkRange> proxies;
    private final StreamGreeting next;
    private final ProxyHeader header = new ProxyHeader();

    ProxiedGreeting(final List<NetworkRange> proxies, final StreamGreeting next) {
        this.proxies = proxies;
        this.next = next;
    }

    @Override
    public boolean takes(final StreamConnection connection) {
        for (int i = 0; i < proxies.size(); i++) {
            if (proxies.get(i).contains(connection.high(), connection.low())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isPeerKnown() {
        return false;
    }

    @Override
    public void prepare(final ChannelPipeline pipeline, final StreamConnection connection) {
        if (!connection.isOurs()) {
            pipeline.addLast(new ProxyHeaderReader(header, connection));
        }
        next.prepare(pipeline, connection);
    }

    @Override
    public boolean shakesHands() {
        return next.shakesHands();
    }

    @Override
    public boolean mayConnect() {
        return next.mayConnect();
    }

    @Override
    public boolean comesWhole() {
        return next.comesWhole();
    }

    @Override
    public Object wrap(final ByteBuf message) {
        return next.wrap(message);
    }
}
