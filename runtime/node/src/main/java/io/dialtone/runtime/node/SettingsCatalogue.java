package io.dialtone.runtime.node;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** All settings of all roles: one file may serve several roles, and the reference documents all. Immutable, for any thread. */
final class SettingsCatalogue {
    static final List<SettingGroup> GROUPS = List.of(
            SipSettings.LISTENING,
            SipLbSettings.BACKENDS_GROUP,
            SipLbSettings.BALANCING,
            SipLbSettings.HEALTH,
            SipLbSettings.PROXY,
            SipSettings.CONNECTIONS,
            SipSettings.TLS,
            SipSettings.SOCKETS,
            DiameterSettings.LISTENING,
            DiameterLbSettings.PEERS_GROUP,
            DiameterLbSettings.CHOICE,
            DiameterLbSettings.LIMITS,
            DiameterSettings.WATCHING,
            DiameterSettings.CONNECTIONS,
            DiameterSettings.TLS,
            NodeSettings.SERVICE,
            NodeSettings.POLICY,
            NodeSettings.DIGEST,
            NodeSettings.NODE,
            LocatorSettings.GROUP,
            NodeSettings.EDGE,
            NodeSettings.RUN,
            TraceSettings.GROUP,
            CdrSettings.GROUP,
            ClusterSettings.CLUSTER,
            GridSettings.GROUP,
            DiscoverySettings.GROUP,
            ClusterSettings.LINK,
            CommonSettings.GROUP);

    /** Parts of a file that have a shape of their own. */
    static final Set<String> STRUCTURES = Set.of(ClusterSettings.MEMBERS, ServiceChainSettings.CHAIN);

    /** Variables that are ours and no settings. */
    private static final Set<String> OTHER_VARIABLES = Set.of("DIALTONE_CONFIG", "DIALTONE_JAVA_OPTIONS");

    private static final Map<String, Setting<?>> BY_KEY = new LinkedHashMap<>();
    private static final Set<String> SECTIONS = new TreeSet<>();
    private static final Set<String> ENVIRONMENT_NAMES = new TreeSet<>(OTHER_VARIABLES);
    private static final Set<String> ALL_KEYS = new TreeSet<>(STRUCTURES);

    static {
        for (final SettingGroup group : GROUPS) {
            for (final Setting<?> setting : group.settings()) {
                if (BY_KEY.put(setting.key(), setting) != null) {
                    throw new IllegalStateException(setting.key() + " is declared twice");
                }
                ENVIRONMENT_NAMES.add(setting.environmentName());
                ALL_KEYS.add(setting.key());
            }
        }
        for (final String key : ALL_KEYS) {
            for (int dot = key.indexOf('.'); dot > 0; dot = key.indexOf('.', dot + 1)) {
                SECTIONS.add(key.substring(0, dot));
            }
        }
    }

    private SettingsCatalogue() {}

    static Map<String, Setting<?>> byKey() {
        return BY_KEY;
    }

    /** Everything that may stand before a dot. */
    static Set<String> sections() {
        return SECTIONS;
    }

    static Collection<String> environmentNames() {
        return ENVIRONMENT_NAMES;
    }

    static Collection<String> allKeys() {
        return ALL_KEYS;
    }
}
