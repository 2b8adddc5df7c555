package io.dialtone.runtime.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A whole platform in one process, for development. */
@Command(
        name = "run",
        description = {
            "Run a service on a whole platform in one process: an edge, nodes, and the link between them.",
            "",
            "For development; the same service runs unchanged on a cluster."
        },
        footer = {
            "  dialtone run service.yaml",
            "  dialtone run --listen udp:127.0.0.1:5060 --handler com.example.MyService --class-path target/my-service.jar",
            "",
            "service.yaml:",
            "  sip:     { listen: \"udp:127.0.0.1:5060\" }",
            "  service: { name: answering, handler: io.dialtone.examples.AnsweringService }",
            "",
            "See also: docs/tutorial/your-first-service.md"
        })
final class RunCommand extends RoleCommand {
    static final List<SettingGroup> GROUPS = List.of(
            NodeSettings.RUN,
            SipSettings.LISTENING,
            NodeSettings.SERVICE,
            NodeSettings.POLICY,
            NodeSettings.DIGEST,
            NodeSettings.NODE,
            LocatorSettings.GROUP,
            NodeSettings.EDGE,
            SipSettings.CONNECTIONS,
            SipSettings.TLS,
            SipSettings.SOCKETS,
            TraceSettings.GROUP,
            CdrSettings.GROUP,
            ClusterSettings.CLUSTER,
            GridSettings.GROUP,
            ClusterSettings.LINK,
            CommonSettings.GROUP);

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "YAML file with the service and its settings; the same as --config.")
    private @Nullable Path file;

    @Override
    List<SettingGroup> groups() {
        return GROUPS;
    }

    @Override
    Optional<Path> configFile() {
        return Optional.ofNullable(file);
    }

    @Override
    int run(final Settings settings) throws Exception {
        return ClusterRoles.run(settings);
    }
}
