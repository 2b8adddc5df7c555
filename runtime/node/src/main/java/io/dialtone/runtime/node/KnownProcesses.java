package io.dialtone.runtime.node;

import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkMembers;
import io.dialtone.runtime.link.LinkRole;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who there is to be seen by the cluster's file: its hosts, which have numbers for that, and its nodes. Immutable, for any thread.
 *
 * @param hosts in the order in which the file names them
 * @param members of the link
 */
record KnownProcesses(List<String> hosts, LinkMembers members) {
    /** Hosts are no members of the link; their numbers begin beyond those of any. */
    static final int HOST_NUMBER_FIRST = 0xF000;

    KnownProcesses {
        hosts = List.copyOf(hosts);
    }

    /** Those of a file: the hosts of members, then hosts that only keep the registry. */
    static KnownProcesses of(final ClusterFile file, final GridPlan grid) {
        final Set<String> hosts = new LinkedHashSet<>();
        final List<String> names = new ArrayList<>();
        for (final LinkMember member : file.members().members()) {
            hosts.add(member.host());
            names.add(member.name());
        }
        grid.places().stream()
                .map(RegistryPlace::process)
                .filter(process -> !names.contains(process))
                .forEach(hosts::add);
        return new KnownProcesses(List.copyOf(hosts), file.members());
    }

    /** The number of a host that is known. */
    int numberOf(final String host) {
        return HOST_NUMBER_FIRST + hosts.indexOf(host);
    }

    /** The nodes on a host. */
    List<LinkMember> nodesOn(final String host) {
        return members.members().stream()
                .filter(member ->
                        member.role() == LinkRole.NODE && member.host().equals(host))
                .toList();
    }
}
