package io.dialtone.runtime.node;

import java.util.List;
import picocli.CommandLine.Command;

/** The media driver of a machine, through which its nodes and edges talk. */
@Command(
        name = "host",
        description = {
            "Run the media driver of this machine, through which its nodes and edges talk.",
            "",
            "One for each machine of a cluster, started before its nodes and edges; they end when it ends."
        },
        footer = {
            "  dialtone host --config cluster.yaml                    where the cluster has one host",
            "  dialtone host --config cluster.yaml --name host-1      where it has several",
            "",
            "See also: docs/how-to/a-cluster-by-hand.md"
        })
final class HostCommand extends RoleCommand {
    static final List<SettingGroup> GROUPS = List.of(
            ClusterSettings.CLUSTER,
            GridSettings.GROUP,
            NodeSettings.REGISTRY_POLICY,
            DiscoverySettings.GROUP,
            ClusterSettings.LINK,
            CommonSettings.GROUP);

    @Override
    List<SettingGroup> groups() {
        return GROUPS;
    }

    @Override
    int run(final Settings settings) throws Exception {
        return ClusterRoles.host(settings);
    }
}
