package io.dialtone.runtime.node;

import java.util.List;
import picocli.CommandLine.Command;

/** A node of a cluster, which runs a service. */
@Command(
        name = "node",
        description = {
            "Run a node of a cluster: workers that own a part of the calls, and run your service for them.",
            "",
            "It is a member that the cluster's file names, and needs the media driver of its machine (dialtone host)."
        },
        footer = {
            "  dialtone node --config cluster.yaml --name node-1",
            "  dialtone node --config cluster.yaml --name node-1 --handler com.example.MyService --class-path my-service.jar",
            "",
            "See also: docs/how-to/a-cluster-by-hand.md"
        })
final class NodeCommand extends RoleCommand {
    static final List<SettingGroup> GROUPS = List.of(
            NodeSettings.SERVICE,
            NodeSettings.POLICY,
            NodeSettings.DIGEST,
            NodeSettings.NODE,
            LocatorSettings.GROUP,
            CdrSettings.GROUP,
            ClusterSettings.CLUSTER,
            GridSettings.GROUP,
            ClusterSettings.LINK,
            CommonSettings.GROUP);

    @Override
    List<SettingGroup> groups() {
        return GROUPS;
    }

    @Override
    int run(final Settings settings) throws Exception {
        return ClusterRoles.node(settings);
    }
}
