package io.dialtone.runtime.node;

import java.util.List;
import picocli.CommandLine.Command;

/** An edge of a cluster, where calls come in. */
@Command(
        name = "edge",
        description = {
            "Run an edge of a cluster: it takes SIP in and hands each message to the node that owns its call.",
            "",
            "It is a member that the cluster's file names, listeners included, and needs the media driver of its machine."
        },
        footer = {
            "  dialtone edge --config cluster.yaml --name edge-1",
            "",
            "See also: docs/how-to/a-cluster-by-hand.md"
        })
final class EdgeCommand extends RoleCommand {
    static final List<SettingGroup> GROUPS = List.of(
            NodeSettings.ROUTING,
            NodeSettings.EDGE,
            SipSettings.IO,
            SipSettings.CONNECTIONS,
            SipSettings.TLS,
            SipSettings.SOCKETS,
            TraceSettings.GROUP,
            ClusterSettings.CLUSTER,
            GridSettings.GROUP,
            NodeSettings.REGISTRY_POLICY,
            ClusterSettings.LINK,
            CommonSettings.GROUP);

    @Override
    List<SettingGroup> groups() {
        return GROUPS;
    }

    @Override
    int run(final Settings settings) throws Exception {
        return ClusterRoles.edge(settings);
    }
}
