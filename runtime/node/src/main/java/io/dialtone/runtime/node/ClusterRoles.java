package io.dialtone.runtime.node;

import io.dialtone.net.TlsSettings;
import io.dialtone.net.WaitMode;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.runtime.link.Link;
import io.dialtone.runtime.link.LinkDriver;
import io.dialtone.runtime.link.LinkFailureHandler;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkMembers;
import io.dialtone.runtime.link.LinkRole;
import io.dialtone.runtime.link.LinkSettings;
import io.dialtone.sip.routing.EdgeConfig;
import io.dialtone.sip.transport.SipTransportConfig;
import io.dialtone.state.registry.RegistryMemberSettings;
import io.dialtone.state.registry.RegistryPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.CloseHelper;

/** Builds the processes of a cluster, keeps each until it is told to stop, takes it down. Used by the main thread only. */
final class ClusterRoles {
    private static final String EDGE_NAME = "edge-1";
    private static final String RUN_HOST = "run";
    private static final String LOOPBACK = "127.0.0.1";
    private static final int RUN_LINK_PORT = 20_000;
    private static final int KEY_BYTES = 32;

    private ClusterRoles() {}

    /** The media driver of a host. */
    static int host(final Settings settings)
            throws WrongConfigurationException, UnavailableException, IOException, InterruptedException {
        final Problems problems = new Problems();
        final Optional<ClusterFile> file = settings.structure(ClusterSettings.MEMBERS) == null
                ? Optional.empty()
                : Optional.of(ClusterFile.read(settings, problems));
        final String host = hostName(settings, file, problems);
        final LinkSettings link = ClusterSettings.link(settings, LinkSettings.directoryOf(host), problems);
        final GridPlan grid = GridPlan.of(settings, problems);
        final Optional<RegistryMemberSettings> seat = grid.seatOf(host, problems);
        final Optional<MembershipPlan> plan = MembershipPlan.of(settings, file, grid, host, problems);
        final AdminServer.Access access = RoleProcess.access(settings, problems);
        problems.throwIfAny();

        final StopSignal stop = StopSignal.install();
        final boolean isAlone = file.map(each -> each.hosts().size() == 1).orElse(false);
        try (LinkDriver driver = LinkDriver.start(isAlone ? link.onOneHost() : link, stopOnFailure(stop));
                RegistrySeat registry = RegistrySeat.take(seat);
                MembershipRoom membership = MembershipRoom.of(plan);
                HostRoom room = HostRoom.open(
                        grid,
                        file.flatMap(each -> each.memberOn(host)),
                        link,
                        membership::reportExit,
                        stopOnFault(stop))) {
            final HostPages pages = new HostPages(driver, link, registry, room, membership);
            try (RoleProcess process = RoleProcess.open("host", host, settings, stop, access, pages)) {
                process.say("driver", link.directory().toString());
                registry.say(process);
                membership.say(process);
                membership.start(process.adminAddress(), room == null ? HostNodes.NONE : room);
                final int exitCode = process.runUntilStopped(pages::isAlive);
                process.lastWords("the media driver of " + host + " ends");
                return exitCode;
            }
        }
    }

    private static String hostName(final Settings settings, final Optional<ClusterFile> file, final Problems problems) {
        final Optional<String> name = settings.find(CommonSettings.NAME);
        if (name.isPresent()) {
            return name.get();
        }
        final Set<String> hosts = file.map(ClusterFile::hosts).orElse(Set.of());
        if (hosts.size() != 1) {
            problems.add("--name is missing (expected: the name of this machine"
                    + (hosts.isEmpty()
                            ? ", as 'host' of the cluster's members"
                            : ", one of " + String.join(", ", hosts))
                    + ").");
        }
        return hosts.isEmpty() ? "" : hosts.iterator().next();
    }

    /** A node of a cluster. */
    static int node(final Settings settings)
            throws WrongConfigurationException, UnavailableException, IOException, InterruptedException {
        final Problems problems = new Problems();
        final ClusterFile file = ClusterFile.read(settings, problems);
        final Optional<LinkMember> self = file.self(settings, LinkRole.NODE, problems);
        final Optional<ClusterKey> key = requiredKey(settings, problems);
        final LinkSettings linkSettings = ClusterSettings.link(settings, directory(self), problems);
        final GridPlan grid = GridPlan.of(settings, problems);
        final List<ServicePlan> services = ServicePlan.read(settings, grid, problems);
        final AdminServer.Access access = RoleProcess.access(settings, problems);
        problems.throwIfAny();

        final StopSignal stop = StopSignal.install();
        final ClusterPlan cluster =
                ClusterPlan.of(file, grid, key.orElseThrow(), linkSettings, settings.get(ClusterSettings.SEAL));
        final NodeHouse.Plan plan = NodeHouse.Plan.of(settings, services, grid);
        final StopOnNodeEnd end = new StopOnNodeEnd(stop);
        try (Link link = openLink(cluster, self.orElseThrow(), settings, stop);
                CdrRoom cdr = CdrRoom.open(settings, self.get().name(), cluster::nameOf);
                NodeHouse node = NodeHouse.start(self.get(), cluster, plan, link, cdr, end)) {
            final ClusterPages pages = new ClusterPages(cluster, List.of(node), List.of(), Optional.empty(), cdr);
            if (grid.hasRegistry()) {
                // Never let go of: the system does that with the process, and that is when its end is seen.
                Lifeline.hold(
                        HostWatch.socketOf(linkSettings.directory()),
                        self.get().number(),
                        link.incarnation(),
                        node.hints());
            }
            try (RoleProcess process = RoleProcess.open("node", self.get().name(), settings, stop, access, pages)) {
                process.say("service", service(node) + ", " + workers(self.get()));
                process.say("link", linkText(self.get(), linkSettings));
                final int exitCode =
                        process.runUntilStopped(pages::isAlive, () -> !grid.hasRegistry() || pages.isMember());
                process.lastWords(pages.lastWords());
                end.throwIfRefused();
                return exitCode;
            }
        }
    }

    /** An edge of a cluster. */
    static int edge(final Settings settings)
            throws WrongConfigurationException, UnavailableException, IOException, InterruptedException {
        final Problems problems = new Problems();
        final ClusterFile file = ClusterFile.read(settings, problems);
        final Optional<LinkMember> self = file.self(settings, LinkRole.EDGE, problems);
        final Optional<ClusterKey> key = requiredKey(settings, problems);
        final LinkSettings linkSettings = ClusterSettings.link(settings, directory(self), problems);
        final GridPlan grid = GridPlan.of(settings, problems);
        final Optional<RegistryMemberSettings> seat =
                grid.seatOf(self.map(LinkMember::name).orElse(""), problems);
        final AdminServer.Access access = RoleProcess.access(settings, problems);
        final EdgeConfig config = EdgeHouse.config(settings, problems);
        final TracePlan trace =
                TracePlan.of(settings, self.map(LinkMember::threads).orElse(1), problems);
        final List<ListenerSpec> listeners = self.map(member -> file.listeners().getOrDefault(member.name(), List.of()))
                .orElse(List.of());
        final Optional<TlsSettings> tls = SipTransportWiring.tls(settings, listeners, problems);
        problems.throwIfAny();

        final StopSignal stop = StopSignal.install();
        final ClusterPlan cluster =
                ClusterPlan.of(file, grid, key.orElseThrow(), linkSettings, settings.get(ClusterSettings.SEAL));
        final SipTransportConfig transport = SipTransportWiring.config(
                settings, listeners, self.orElseThrow().threads(), WaitMode.POLL, tls);
        try (Link link = openLink(cluster, self.get(), settings, stop);
                RegistrySeat registry = RegistrySeat.take(seat);
                EdgeHouse edge = EdgeHouse.start(
                        self.get(), cluster, grid, config, transport, trace, link, List.of(), stopOnFault(stop))) {
            final ClusterPages pages =
                    new ClusterPages(cluster, List.of(), List.of(edge), Optional.of(registry), CdrRoom.none());
            try (RoleProcess process = RoleProcess.open("edge", self.get().name(), settings, stop, access, pages)) {
                process.say("listens", new SipTransportPages(edge.transport()).summary());
                process.say("link", linkText(self.get(), linkSettings));
                registry.say(process);
                final int exitCode = process.runUntilStopped(pages::isAlive);
                process.lastWords(pages.lastWords());
                return exitCode;
            }
        }
    }

    /** A whole platform in one process: a media driver, an edge, and nodes that run the service. */
    static int run(final Settings settings)
            throws WrongConfigurationException, UnavailableException, IOException, InterruptedException {
        final Problems problems = new Problems();
        final ClusterFile file = embedded(settings);
        final ClusterKey key = ClusterFile.key(settings, problems).orElseGet(ClusterRoles::randomKey);
        final Path directory = LinkSettings.directoryOf(
                RUN_HOST + "-" + ProcessHandle.current().pid());
        final LinkSettings linkSettings = ClusterSettings.link(settings, directory, problems);
        final String keeper = RUN_HOST + "-" + ProcessHandle.current().pid();
        final TemporaryFolder log = new TemporaryFolder("dialtone-" + keeper + "-");
        final GridPlan grid = GridPlan.ofOneProcess(
                settings,
                new RegistryPlace(keeper, new Endpoint(LOOPBACK, FreePorts.block(RegistryPeer.PORTS))),
                log.path(),
                problems);
        final Optional<RegistryMemberSettings> seat =
                grid.seatOf(settings.find(GridSettings.REGISTRY).isPresent() ? RUN_HOST : keeper, problems);
        final List<ServicePlan> services = ServicePlan.read(settings, grid, problems);
        final AdminServer.Access access = RoleProcess.access(settings, problems);
        final EdgeConfig config = EdgeHouse.config(settings, problems);
        final TracePlan trace = TracePlan.of(settings, settings.get(SipSettings.LOOPS), problems);
        final Optional<TlsSettings> tls = SipTransportWiring.tls(settings, settings.get(SipSettings.LISTEN), problems);
        problems.throwIfAny();

        final StopSignal stop = StopSignal.install();
        final ClusterPlan cluster = ClusterPlan.of(file, grid, key, linkSettings, LinkSeal.OFF);
        final NodeHouse.Plan plan = NodeHouse.Plan.of(settings, services, grid);
        final SipTransportConfig transport = SipTransportWiring.config(
                settings, settings.get(SipSettings.LISTEN), settings.get(SipSettings.LOOPS), WaitMode.POLL, tls);
        final List<AutoCloseable> rooms = new ArrayList<>();
        final StopOnNodeEnd end = new StopOnNodeEnd(stop);
        rooms.add(log);
        try {
            rooms.add(LinkDriver.start(linkSettings.onOneHost(), stopOnFailure(stop)));
            final RegistrySeat registry = RegistrySeat.take(seat);
            rooms.add(registry);
            final CdrRoom cdr =
                    CdrRoom.open(settings, settings.find(CommonSettings.NAME).orElse(RUN_HOST), cluster::nameOf);
            rooms.add(cdr);
            final List<NodeHouse> nodes = new ArrayList<>();
            for (final int number : file.members().numbersOf(LinkRole.NODE)) {
                final LinkMember member = file.members().members().get(number);
                final Link link = openLink(cluster, member, settings, stop);
                rooms.add(link);
                nodes.add(NodeHouse.start(member, cluster, plan, link, cdr, end));
                rooms.add(nodes.getLast());
            }
            final LinkMember edgeMember = file.members().named(EDGE_NAME);
            final Link edgeLink = openLink(cluster, edgeMember, settings, stop);
            rooms.add(edgeLink);
            final List<WorkerSeat> atHand =
                    nodes.stream().flatMap(node -> node.seats().stream()).toList();
            final EdgeHouse edge = EdgeHouse.start(
                    edgeMember, cluster, grid, config, transport, trace, edgeLink, atHand, stopOnFault(stop));
            rooms.add(edge);
            final ClusterPages pages = new ClusterPages(cluster, nodes, List.of(edge), Optional.of(registry), cdr);
            try (RoleProcess process = RoleProcess.open(
                    "run", settings.find(CommonSettings.NAME).orElse("run"), settings, stop, access, pages)) {
                process.say("listens", new SipTransportPages(edge.transport()).summary());
                process.say(
                        "service",
                        service(nodes.getFirst()) + ", " + nodes.size() + (nodes.size() == 1 ? " node" : " nodes"));
                final int exitCode = process.runUntilStopped(pages::isAlive);
                process.lastWords(pages.lastWords());
                end.throwIfRefused();
                return exitCode;
            }
        } finally {
            // Upstairs first: an edge and workers end before their links, links before the driver.
            CloseHelper.closeAll(rooms.reversed());
        }
    }

    private static ClusterFile embedded(final Settings settings) {
        final List<LinkMember> members = new ArrayList<>();
        members.add(new LinkMember(
                0, EDGE_NAME, LinkRole.EDGE, LOOPBACK, RUN_LINK_PORT, RUN_HOST, settings.get(SipSettings.LOOPS)));
        for (int i = 1; i <= settings.get(NodeSettings.RUN_NODES); i++) {
            members.add(new LinkMember(i, "node-" + i, LinkRole.NODE, LOOPBACK, RUN_LINK_PORT + i, RUN_HOST, 1));
        }
        return new ClusterFile(new LinkMembers(members), Map.of(EDGE_NAME, settings.get(SipSettings.LISTEN)));
    }

    private static Link openLink(
            final ClusterPlan cluster, final LinkMember self, final Settings settings, final StopSignal stop) {
        return Link.open(
                cluster.members(),
                self,
                cluster.link(),
                cluster.linkKeys(),
                ClusterSettings.ms(settings.get(ClusterSettings.DRIVER_WAIT_MAX)),
                stopOnFailure(stop));
    }

    /** An agent of ours that throws is broken, and so is its process. */
    private static Consumer<Throwable> stopOnFault(final StopSignal stop) {
        return failure -> stop.stop(String.valueOf(failure), ExitCode.FAULT);
    }

    /** Without its corridor a process is deaf and dumb: it ends, so that it does not live on dead inside. */
    private static LinkFailureHandler stopOnFailure(final StopSignal stop) {
        return (what, cause) -> stop.stop(what, ExitCode.UNAVAILABLE);
    }

    private static Optional<ClusterKey> requiredKey(final Settings settings, final Problems problems) {
        final Optional<ClusterKey> key = ClusterFile.key(settings, problems);
        if (key.isEmpty()
                && settings.find(ClusterSettings.KEY_FILE).isEmpty()
                && settings.find(ClusterSettings.KEY).isEmpty()) {
            problems.add(ClusterSettings.KEY_FILE.key()
                    + " is missing (expected: a file with the secret that all members share, or it in "
                    + ClusterSettings.KEY.environmentName() + "). Maybe: openssl rand -hex 32 > cluster.key");
        }
        return key;
    }

    private static ClusterKey randomKey() {
        final byte[] secret = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(secret);
        return ClusterKey.parse(HexFormat.of().formatHex(secret));
    }

    private static Path directory(final Optional<LinkMember> self) {
        return LinkSettings.directoryOf(self.map(LinkMember::host).orElse("nowhere"));
    }

    private static String service(final NodeHouse node) {
        return node.service().name() + " " + node.service().version() + " ("
                + node.service().handler() + ", affinity " + node.service().affinity() + ")";
    }

    private static String workers(final LinkMember self) {
        return self.threads() == 1 ? "1 worker" : self.threads() + " workers";
    }

    private static String linkText(final LinkMember self, final LinkSettings link) {
        return "member " + self.number() + " at " + new Endpoint(self.linkHost(), self.linkPort()) + ", driver "
                + link.directory();
    }
}
