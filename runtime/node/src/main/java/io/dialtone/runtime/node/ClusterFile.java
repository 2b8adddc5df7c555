package io.dialtone.runtime.node;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkMembers;
import io.dialtone.runtime.link.LinkRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The cluster as its file describes it. Immutable, for any thread.
 *
 * <pre>
 * cluster:
 *   key-file: cluster.key
 *   members:
 *     - { name: edge-1, role: edge, host: host-1, link: 127.0.0.1:20001, listen: ["udp:127.0.0.1:5060"] }
 *     - { name: node-1, role: node, host: host-1, link: 127.0.0.1:20011, threads: 1 }
 * </pre>
 *
 * @param members in the order of the file, which numbers them
 * @param listeners of each edge, by its name
 */
record ClusterFile(LinkMembers members, Map<String, List<ListenerSpec>> listeners) {
    private static final Set<String> KEYS = Set.of("name", "role", "host", "link", "listen", "threads");
    private static final SettingType<Integer> THREADS = SettingType.wholeNumber(1, LinkMember.THREADS_MAX);
    private static final SettingType<LinkRole> ROLE = SettingType.oneOf(LinkRole.class);
    private static final SettingType<List<ListenerSpec>> LISTEN = SettingType.listOf(ListenerSpec.TYPE);

    ClusterFile {
        listeners = Map.copyOf(listeners);
    }

    /** Reads the members; adds what is wrong with them to the problems, and then answers an empty cluster. */
    static ClusterFile read(final Settings settings, final Problems problems) {
        final YamlNode node = settings.structure(ClusterSettings.MEMBERS);
        if (!(node instanceof YamlNode.Sequence sequence) || sequence.items().isEmpty()) {
            problems.add(ClusterSettings.MEMBERS
                    + " is missing (expected: a list of members in the file that --config names,"
                    + " as docs/how-to/a-cluster-by-hand.md shows).");
            return new ClusterFile(new LinkMembers(List.of()), Map.of());
        }
        final List<LinkMember> members = new ArrayList<>();
        final Map<String, List<ListenerSpec>> listeners = new LinkedHashMap<>();
        final Problems found = new Problems();
        for (int i = 0; i < sequence.items().size(); i++) {
            new Member(sequence.items().get(i), i, settings.fileName(), found).read(members, listeners);
        }
        found.sentences().forEach(problems::add);
        if (!found.isEmpty()) {
            return new ClusterFile(new LinkMembers(List.of()), Map.of());
        }
        try {
            final LinkMembers checked = new LinkMembers(members);
            for (final LinkRole role : LinkRole.values()) {
                if (checked.numbersOf(role).length == 0) {
                    problems.add(ClusterSettings.MEMBERS + ": no member has role " + lower(role)
                            + " (expected: at least one).");
                }
            }
            return new ClusterFile(checked, listeners);
        } catch (IllegalArgumentException e) {
            problems.add(ClusterSettings.MEMBERS + ": " + e.getMessage() + ".");
            return new ClusterFile(new LinkMembers(List.of()), Map.of());
        }
    }

    /** The member that this process is: the one of the name, or the only one of the role. */
    Optional<LinkMember> self(final Settings settings, final LinkRole role, final Problems problems) {
        final List<LinkMember> ofRole =
                members.members().stream().filter(m -> m.role() == role).toList();
        final Optional<String> name = settings.find(CommonSettings.NAME);
        if (name.isEmpty() && ofRole.size() == 1) {
            return Optional.of(ofRole.get(0));
        }
        final Optional<LinkMember> self = ofRole.stream()
                .filter(m -> name.isPresent() && m.name().equals(name.get()))
                .findFirst();
        if (self.isEmpty() && !members.members().isEmpty()) {
            final List<String> names = ofRole.stream().map(LinkMember::name).toList();
            final String meant =
                    name.map(written -> Problems.nearest(written, names)).orElse(null);
            problems.add("--name" + name.map(written -> ": " + written).orElse(" is missing") + " (expected: the "
                    + lower(role)
                    + " of the cluster that this process is, one of " + String.join(", ", names) + ")."
                    + (meant == null ? "" : " Maybe " + meant + "."));
        }
        return self;
    }

    /** A member on that host, if there is one. */
    Optional<LinkMember> memberOn(final String host) {
        return members.members().stream()
                .filter(member -> member.host().equals(host))
                .findFirst();
    }

    /** The hosts that members name, in alphabetical order. */
    Set<String> hosts() {
        final Set<String> hosts = new TreeSet<>();
        members.members().forEach(member -> hosts.add(member.host()));
        return hosts;
    }

    /** The secret of the cluster, which all members share. */
    static Optional<ClusterKey> key(final Settings settings, final Problems problems) {
        final Optional<ClusterKey> fromFile =
                settings.find(ClusterSettings.KEY_FILE).flatMap(file -> SecretFile.readKey(file, problems));
        if (settings.find(ClusterSettings.KEY_FILE).isPresent()) {
            return fromFile;
        }
        try {
            return settings.find(ClusterSettings.KEY).map(ClusterKey::parse);
        } catch (IllegalArgumentException e) {
            problems.add(ClusterSettings.KEY.key() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static String lower(final LinkRole role) {
        return role.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Reads one entry of the list. */
    private static final class Member {
        private final YamlNode item;
        private final int number;
        private final String fileName;
        private final Problems problems;
        private final Map<String, String> texts = new HashMap<>();

        Member(final YamlNode item, final int number, final String fileName, final Problems problems) {
            this.item = item;
            this.number = number;
            this.fileName = fileName;
            this.problems = problems;
        }

        void read(final List<LinkMember> members, final Map<String, List<ListenerSpec>> listeners) {
            if (!(item instanceof YamlNode.Mapping mapping)) {
                problems.wrongValue(
                        place(), "no member", "{ name: ..., role: ..., host: ..., link: HOST:PORT }", null, origin());
                return;
            }
            mapping.entries().forEach(this::take);
            final String name =
                    required("name", SettingType.text("NAME", "a name")).orElse("?");
            final Optional<LinkRole> role = required("role", ROLE);
            final Optional<String> host = required("host", SettingType.text("NAME", "a name for the machine"));
            final Optional<Endpoint> link = required("link", SettingType.endpoint("HOST:PORT"));
            final int threads =
                    texts.containsKey("threads") ? required("threads", THREADS).orElse(1) : 1;
            if (role.isEmpty() || host.isEmpty() || link.isEmpty() || !problems.isEmpty()) {
                return;
            }
            if (role.get() == LinkRole.EDGE) {
                required("listen", LISTEN).ifPresent(specs -> listeners.put(name, specs));
            } else if (texts.containsKey("listen")) {
                problems.add(place() + ".listen: a node does not listen (expected: on edges only). " + origin());
            }
            try {
                members.add(new LinkMember(
                        number, name, role.get(), link.get().host(), link.get().port(), host.get(), threads));
            } catch (IllegalArgumentException e) {
                problems.add(place() + ": " + e.getMessage() + " " + origin());
            }
        }

        private void take(final String key, final YamlNode value) {
            if (!KEYS.contains(key)) {
                final String meant = Problems.nearest(key, KEYS);
                problems.add(place() + "." + key + " is no setting (expected: one of "
                        + String.join(", ", new TreeSet<>(KEYS)) + ")." + (meant == null ? "" : " Maybe " + meant + ".")
                        + " [" + fileName + ":" + value.line() + "]");
                return;
            }
            switch (value) {
                case YamlNode.Scalar scalar -> texts.put(key, scalar.text());
                case YamlNode.Sequence sequence -> {
                    final List<String> parts = new ArrayList<>();
                    for (final YamlNode part : sequence.items()) {
                        parts.add(part instanceof YamlNode.Scalar scalar ? scalar.text() : "?");
                    }
                    texts.put(key, String.join(",", parts));
                }
                case YamlNode.Mapping _ ->
                    problems.wrongValue(place() + "." + key, "something with parts", "a value", null, origin());
            }
        }

        private <T> Optional<T> required(final String key, final SettingType<T> type) {
            final String text = texts.get(key);
            if (text == null) {
                problems.add(
                        place() + "." + key + " is missing (expected: " + type.expected() + "). [" + origin() + "]");
                return Optional.empty();
            }
            try {
                return Optional.of(type.reader().read(text));
            } catch (WrongValueException e) {
                problems.wrongValue(
                        place() + "." + key, text, e.expected(), Problems.nearest(text, type.choices()), origin());
                return Optional.empty();
            }
        }

        private String place() {
            return ClusterSettings.MEMBERS + "[" + number + "]";
        }

        private String origin() {
            return fileName + ":" + item.line();
        }
    }
}
