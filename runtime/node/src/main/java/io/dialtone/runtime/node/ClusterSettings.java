package io.dialtone.runtime.node;

import io.dialtone.placement.table.SlotTable;
import io.dialtone.runtime.link.LinkSettings;
import java.nio.file.Path;
import java.util.List;

/** Settings of a cluster and of the link between its members; the same file for all of them. */
final class ClusterSettings {
    /** The list of members, which has a shape of its own: see {@link ClusterFile}. */
    static final String MEMBERS = "cluster.members";

    private static final int NS_PER_MS = 1_000_000;

    static final Setting<Integer> SLOTS = Setting.of(
            "cluster.slots",
            "--slots",
            SettingType.powerOfTwo(1, SlotTable.SLOTS_MAX),
            String.valueOf(SlotTable.SLOTS_DEFAULT),
            "equal parts of the key space, dealt to the nodes in turn; the same for all members, and for good");

    static final Setting<Path> KEY_FILE = Setting.optional(
            "cluster.key-file",
            "--key-file",
            SettingType.file(),
            "file with the secret that seals tokens, and frames between hosts (openssl rand -hex 32); the same for all members. A second line may hold the"
                    + " previous one");

    static final Setting<String> KEY = Setting.optional(
            "cluster.key",
            Setting.NO_FLAG,
            SettingType.text("SECRET", "a secret of 16 bytes or more"),
            "the secret itself, for environments that hand secrets over as variables; cluster.key-file is safer");

    static final Setting<LinkSeal> SEAL = Setting.of(
            "link.seal",
            "--link-seal",
            SettingType.oneOf(LinkSeal.class),
            "between-hosts",
            "which frames are encrypted, with keys made from the cluster's secret; off only where the network is sealed by other means; the"
                    + " same for all members");

    static final Setting<Integer> TERM = Setting.of(
            "link.term-size",
            "--link-term-size",
            SettingType.size("1m", "64m"),
            "1m",
            "length of a term buffer, a power of two; a stream has three; the longest frame is an eighth of it");

    static final Setting<Integer> MTU = Setting.of(
            "link.mtu",
            "--link-mtu",
            SettingType.size("1408", "65504"),
            String.valueOf(LinkSettings.MTU_BYTES_DEFAULT),
            "largest packet between hosts, a multiple of 32; 1408 fits a plain Ethernet, more needs jumbo frames all the way");

    static final Setting<Long> PARK_MIN = Setting.of(
            "link.park-min",
            "--link-park-min",
            SettingType.duration("1us", "10ms"),
            LinkSettings.PARK_MIN_US_DEFAULT + "us",
            "shortest rest of a media driver that found no work; longer saves CPU under steady load, and costs latency;"
                    + " at least half of the longest where all members are on one host");

    static final Setting<Long> PARK_MAX = Setting.of(
            "link.park-max",
            "--link-park-max",
            SettingType.duration("1us", "10ms"),
            LinkSettings.PARK_MAX_US_DEFAULT + "us",
            "longest rest of an idle media driver; shorter costs CPU, longer costs latency between hosts");

    static final Setting<Long> DRIVER_SILENCE_MAX = Setting.of(
            "link.driver-silence-max",
            "--link-driver-silence-max",
            SettingType.duration("500ms", "1m"),
            LinkSettings.DRIVER_SILENCE_MS_MAX_DEFAULT + "ms",
            "how long a host's media driver may be silent before its processes give up");

    static final Setting<Long> CLIENT_SILENCE_MAX = Setting.of(
            "link.client-silence-max",
            "--link-client-silence-max",
            SettingType.duration("500ms", "1m"),
            LinkSettings.CLIENT_SILENCE_MS_MAX_DEFAULT + "ms",
            "how long a process may be silent before the driver drops its streams");

    static final Setting<Long> BEAT_INTERVAL = Setting.of(
            "link.beat-interval",
            "--link-beat-interval",
            SettingType.duration("1ms", "10s"),
            LinkSettings.BEAT_INTERVAL_MS_DEFAULT + "ms",
            "how often each thread shows its peers that it works");

    static final Setting<Long> PEER_SILENCE_MAX = Setting.of(
            "link.peer-silence-max",
            "--link-peer-silence-max",
            SettingType.duration("3ms", "1m"),
            LinkSettings.PEER_SILENCE_MS_MAX_DEFAULT + "ms",
            "how long a peer may be silent before it is held unreachable; three beats or more");

    static final Setting<Long> DRIVER_WAIT_MAX = Setting.of(
            "link.driver-wait-max",
            "--link-driver-wait-max",
            SettingType.duration("0ms", "10m"),
            "10s",
            "how long a node or edge waits at start for the media driver of its host");

    static final SettingGroup CLUSTER = SettingGroup.of("Cluster", SLOTS, KEY_FILE, KEY);
    static final SettingGroup LINK = SettingGroup.of(
            "Link",
            SEAL,
            TERM,
            MTU,
            PARK_MIN,
            PARK_MAX,
            BEAT_INTERVAL,
            PEER_SILENCE_MAX,
            DRIVER_WAIT_MAX,
            DRIVER_SILENCE_MAX,
            CLIENT_SILENCE_MAX);
    static final List<SettingGroup> GROUPS = List.of(CLUSTER, LINK);

    private ClusterSettings() {}

    /** What the link is told; adds what is wrong to the problems. */
    static LinkSettings link(final Settings settings, final Path directory, final Problems problems) {
        try {
            return new LinkSettings(
                    directory,
                    settings.get(TERM),
                    settings.get(MTU),
                    (int) (settings.get(PARK_MIN) / 1_000),
                    (int) (settings.get(PARK_MAX) / 1_000),
                    ms(settings.get(DRIVER_SILENCE_MAX)),
                    ms(settings.get(CLIENT_SILENCE_MAX)),
                    ms(settings.get(BEAT_INTERVAL)),
                    ms(settings.get(PEER_SILENCE_MAX)));
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
            return LinkSettings.defaults(directory);
        }
    }

    static int ms(final long ns) {
        return (int) (ns / NS_PER_MS);
    }
}
