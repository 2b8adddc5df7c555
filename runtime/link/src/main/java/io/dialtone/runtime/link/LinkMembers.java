package io.dialtone.runtime.link;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The members of a cluster, checked as a whole; the same list in every process.
 *
 * @param members in the order of their numbers
 */
public record LinkMembers(List<LinkMember> members) {
    public LinkMembers {
        members = List.copyOf(members);
        final Set<String> names = new HashSet<>();
        final Set<String> endpoints = new HashSet<>();
        for (int i = 0; i < members.size(); i++) {
            final LinkMember member = members.get(i);
            if (member.number() != i) {
                throw new IllegalArgumentException("member " + member.name() + ": number " + member.number()
                        + " (expected: " + i + ", its place)");
            }
            if (!names.add(member.name())) {
                throw new IllegalArgumentException("member " + member.name() + ": the name is given twice");
            }
            if (!endpoints.add(member.endpoint())) {
                throw new IllegalArgumentException(
                        "member " + member.name() + ": link " + member.endpoint() + " is another member's already");
            }
        }
    }

    public LinkMember named(final String name) {
        return members.stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("member " + name + " (expected: one of "
                        + members.stream().map(LinkMember::name).toList() + ")"));
    }

    /** The numbers of the members in a role, for instance to deal slots to nodes. */
    public int[] numbersOf(final LinkRole role) {
        return members.stream()
                .filter(member -> member.role() == role)
                .mapToInt(LinkMember::number)
                .toArray();
    }

    /** Those a member talks with: edges with nodes, and nodes with each other, because one keeps the other's sessions. */
    List<LinkMember> peersOf(final LinkMember self) {
        return members.stream()
                .filter(member -> member.role() != self.role()
                        || (self.role() == LinkRole.NODE && member.number() != self.number()))
                .toList();
    }
}
