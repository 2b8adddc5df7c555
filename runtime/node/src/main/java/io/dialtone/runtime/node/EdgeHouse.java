package io.dialtone.runtime.node;

import io.dialtone.runtime.link.Link;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.routing.Edge;
import io.dialtone.sip.routing.EdgeConfig;
import io.dialtone.sip.routing.RedriveConfig;
import io.dialtone.sip.routing.SipIngress;
import io.dialtone.sip.transport.SipTransport;
import io.dialtone.sip.transport.SipTransportConfig;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;

/** An edge: its listeners, and in each of its I/O threads the routing to the owners of slots. Built and closed by the main thread. */
final class EdgeHouse implements AutoCloseable {
    private final LinkMember self;
    private final Link link;
    private final Edge edge;
    private final TraceRoom trace;
    private final SipTransport transport;
    private final @Nullable RegistryDoor registry;

    private EdgeHouse(
            final LinkMember self,
            final Link link,
            final Edge edge,
            final TraceRoom trace,
            final SipTransport transport,
            final @Nullable RegistryDoor registry) {
        this.self = self;
        this.link = link;
        this.edge = edge;
        this.trace = trace;
        this.transport = transport;
        this.registry = registry;
    }

    /** What the edge is told; adds what is wrong to the problems. */
    static EdgeConfig config(final Settings settings, final Problems problems) {
        try {
            return new EdgeConfig(
                    settings.get(NodeSettings.AFFINITY),
                    SipLimits.defaults(),
                    ClusterSettings.ms(settings.get(NodeSettings.EDGE_DEADLINE)),
                    (int) (settings.get(NodeSettings.EDGE_RETRY_AFTER) / 1_000_000_000L),
                    settings.get(NodeSettings.EDGE_REFUSALS),
                    EdgeConfig.FRAMES_PER_TURN_DEFAULT,
                    settings.get(NodeSettings.EDGE_MEMORY),
                    new RedriveConfig(
                            ClusterSettings.ms(settings.get(NodeSettings.EDGE_HOLD)),
                            ClusterSettings.ms(settings.get(NodeSettings.EDGE_REDRIVE_WINDOW)),
                            ClusterSettings.ms(settings.get(NodeSettings.EDGE_ACK_WINDOW)),
                            ClusterSettings.ms(settings.get(NodeSettings.EDGE_REDRIVE_WINDOW_STREAM)),
                            ClusterSettings.ms(settings.get(NodeSettings.EDGE_ACK_WINDOW_STREAM)),
                            settings.get(NodeSettings.EDGE_UNANSWERED_MAX),
                            settings.get(NodeSettings.EDGE_UNANSWERED_SIZE),
                            settings.get(NodeSettings.EDGE_UNANSWERED_MESSAGE_SIZE),
                            RedriveConfig.PER_TURN_DEFAULT));
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
            return EdgeConfig.defaults(settings.get(NodeSettings.AFFINITY));
        }
    }

    /**
     * Builds the edge and starts its I/O threads. The link stays the caller's.
     *
     * @param atHand workers of this process
     */
    static EdgeHouse start(
            final LinkMember self,
            final ClusterPlan cluster,
            final GridPlan grid,
            final EdgeConfig config,
            final SipTransportConfig transportConfig,
            final TracePlan tracePlan,
            final Link link,
            final List<WorkerSeat> atHand,
            final Consumer<Throwable> onFailure)
            throws IOException {
        final Edge edge = new Edge(
                config,
                cluster.key(),
                ClusterPlan.GROUP,
                cluster.slots(),
                SystemEpochNanoClock.INSTANCE,
                transportConfig.loops());
        final TraceRoom trace = new TraceRoom(
                tracePlan,
                transportConfig.loops(),
                self.name(),
                () -> ClusterSessions.of(cluster, config.affinity()),
                cluster::nameOf);
        final SipTransport transport = SipTransport.start(transportConfig, (loop, egress) -> {
            final long nowNs = System.nanoTime();
            final SipIngress ingress = trace.tracer()
                    .around(
                            loop,
                            egress,
                            nowNs,
                            (out, tap) -> edge.router(loop, out, tap, link.endpoint(loop, nowNs), nowNs));
            return atHand.isEmpty() ? ingress : new WorkersAtHand(ingress, atHand);
        });
        trace.start();
        final RegistryDoor registry = grid.hasRegistry()
                ? RegistryDoor.ofEdge(
                        grid,
                        self.linkHost(),
                        cluster.link().directory(),
                        cluster.slots(),
                        new OutOfReach(link::isReachable),
                        onFailure)
                : null;
        return new EdgeHouse(self, link, edge, trace, transport, registry);
    }

    LinkMember self() {
        return self;
    }

    Link link() {
        return link;
    }

    Edge edge() {
        return edge;
    }

    TraceRoom trace() {
        return trace;
    }

    SipTransport transport() {
        return transport;
    }

    /** Null in a cluster without a registry. */
    @Nullable
    RegistryDoor registry() {
        return registry;
    }

    @Override
    public void close() {
        if (registry != null) {
            registry.close();
        }
        trace.close();
        transport.close();
    }
}
