package io.dialtone.runtime.node;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Settings of the membership of hosts: whether they look for each other, and how. */
final class DiscoverySettings {
    private static final String GROUP_EXPECTED =
            "GROUP:PORT, an address from 224.0.0.0 to 239.255.255.255 and a port from 1";
    private static final String SEEDS_EXPECTED = "HOST:PORT of one or more hosts, a port from 1";

    static final Setting<DiscoveryUse> USE = Setting.of(
            "membership.use",
            "--membership",
            SettingType.oneOf(DiscoveryUse.class),
            "off",
            "how hosts find each other, to show in each who is there and to give nodes hints of a host that has died: seeds, a list of"
                    + " addresses; environment, the same in DIALTONE_MEMBERSHIP_SEEDS and nowhere else; multicast; off starts nothing of it");

    static final Setting<List<Endpoint>> SEEDS = Setting.optional(
            "membership.seeds",
            "--membership-seeds",
            seeds(),
            "where hosts may be, one's own included: of those one must be up for another to find the rest; divided by commas or blanks");

    static final Setting<String> ADDRESS = Setting.optional(
            "membership.address",
            "--membership-address",
            SettingType.text("HOST", "an address of this machine"),
            "the address of this machine that the other hosts reach; without it that of the link of a member here, or of the registry here");

    static final Setting<Integer> PORT = Setting.of(
            "membership.port",
            "--membership-port",
            SettingType.wholeNumber(1, 65_535),
            "5701",
            "TCP port of the membership; neither encrypted nor authenticated, so for a network without strangers");

    static final Setting<Endpoint> GROUP_ADDRESS = Setting.of(
            "membership.group",
            "--membership-group",
            SettingType.of("GROUP:PORT", GROUP_EXPECTED, DiscoverySettings::group),
            "239.255.57.1:54327",
            "multicast group and UDP port on which hosts find each other, where membership.use is multicast");

    static final Setting<String> CLUSTER = Setting.of(
            "membership.cluster",
            "--membership-cluster",
            SettingType.text("NAME", "a name"),
            "dialtone",
            "name of the cluster: hosts of another name are not seen; the same for all hosts");

    static final Setting<Long> SILENCE_MAX = Setting.of(
            "membership.silence-max",
            "--membership-silence-max",
            SettingType.duration("4s", "5m"),
            "10s",
            "after how long a host that does not answer is held to be gone, in whole seconds; one whose connection is reset, at once");

    static final SettingGroup GROUP =
            SettingGroup.of("Membership of hosts", USE, SEEDS, ADDRESS, PORT, GROUP_ADDRESS, CLUSTER, SILENCE_MAX);

    private DiscoverySettings() {}

    /** A list that may be divided by blanks, too, as container platforms hand it over. */
    private static SettingType<List<Endpoint>> seeds() {
        return new SettingType<>(
                "HOST:PORT",
                SEEDS_EXPECTED,
                text -> {
                    final List<Endpoint> all = new ArrayList<>();
                    for (final String part : text.split("[,\\s]+", -1)) {
                        if (!part.isEmpty()) {
                            all.add(seed(part));
                        }
                    }
                    if (all.isEmpty()) {
                        throw new WrongValueException(SEEDS_EXPECTED);
                    }
                    return List.copyOf(all);
                },
                true,
                List.of());
    }

    private static Endpoint seed(final String text) throws WrongValueException {
        final Endpoint seed = Endpoint.parse(text);
        if (seed.port() == 0) {
            throw new WrongValueException(SEEDS_EXPECTED);
        }
        return seed;
    }

    private static Endpoint group(final String text) throws WrongValueException {
        final Endpoint group = Endpoint.parse(text);
        try {
            final InetAddress address = InetAddress.ofLiteral(group.host());
            if (address.isMulticastAddress() && address.getAddress().length == 4 && group.port() > 0) {
                return group;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new WrongValueException(GROUP_EXPECTED);
    }
}
