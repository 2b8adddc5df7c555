package io.dialtone.state.membership;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.properties.ClusterProperty;
import io.dialtone.state.api.MemberProcess;

/**
 * Hazelcast as a membership and nothing else: few threads, no phone home, no data, nothing that opens a door. Called once for each start.
 *
 * <p>Left alone on purpose: {@code hazelcast.mastership.claim.timeout.seconds}. Lowered, healthy members throw each other out.
 */
final class HazelcastConfig {
    /** A refused reconnect says enough: the process is gone. */
    private static final String RECONNECT_FAULTS = "1";

    private static final String RECONNECT_INTERVAL_MS = "20";

    /** Nothing lies in them; each costs some memory and a share of housekeeping. */
    private static final String PARTITIONS = "7";

    private static final String GOODBYE_SECONDS = "2";
    private static final int CONNECT_SECONDS = 1;

    private HazelcastConfig() {}

    static Config of(final MembershipSettings settings, final MemberProcess self) {
        final Config config = new Config();
        config.setClusterName(settings.cluster());
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        config.getIntegrityCheckerConfig().setEnabled(false);
        config.setMemberAttributeConfig(MemberAttributes.of(self));
        network(config.getNetworkConfig(), settings);
        // What is sent is arrays of longs, which need no Java serialization; of what Hazelcast itself sends that way,
        // no more than it needs.
        config.getSerializationConfig()
                .setJavaSerializationFilterConfig(new JavaSerializationFilterConfig().setDefaultsDisabled(true));
        config.getSerializationConfig()
                .getJavaSerializationFilterConfig()
                .getWhitelist()
                .addPrefixes("com.hazelcast.", "java.lang.", "[");
        properties(config, settings);
        return config;
    }

    private static void network(final NetworkConfig network, final MembershipSettings settings) {
        network.setPort(settings.port()).setPortAutoIncrement(false).setReuseAddress(true);
        final String address = settings.address();
        network.setPublicAddress((address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + settings.port());
        network.getInterfaces().setEnabled(true).addInterface(settings.address());
        final JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(false);
        switch (settings.discovery()) {
            case Discovery.Seeds seeds ->
                join.getTcpIpConfig()
                        .setEnabled(true)
                        .setConnectionTimeoutSeconds(CONNECT_SECONDS)
                        .setMembers(seeds.addresses());
            case Discovery.Multicast multicast ->
                join.getMulticastConfig()
                        .setEnabled(true)
                        .setMulticastGroup(multicast.group())
                        .setMulticastPort(multicast.port());
        }
    }

    private static void properties(final Config config, final MembershipSettings settings) {
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty(ClusterProperty.LOGGING_TYPE.getName(), "jdk");
        config.setProperty(ClusterProperty.SHUTDOWNHOOK_ENABLED.getName(), "false");
        config.setProperty(ClusterProperty.ENABLE_JMX.getName(), "false");
        config.setProperty(ClusterProperty.HEALTH_MONITORING_LEVEL.getName(), "OFF");
        config.setProperty(ClusterProperty.SLOW_OPERATION_DETECTOR_ENABLED.getName(), "false");
        config.setProperty(ClusterProperty.SOCKET_BIND_ANY.getName(), "false");
        config.setProperty(ClusterProperty.PARTITION_COUNT.getName(), PARTITIONS);
        config.setProperty(ClusterProperty.PARTITION_OPERATION_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.GENERIC_OPERATION_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.PRIORITY_GENERIC_OPERATION_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.RESPONSE_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.EVENT_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.IO_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.CLIENT_ENGINE_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.CLIENT_ENGINE_QUERY_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.CLIENT_ENGINE_BLOCKING_THREAD_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.WAIT_SECONDS_BEFORE_JOIN.getName(), "0");
        config.setProperty(ClusterProperty.TCP_JOIN_PORT_TRY_COUNT.getName(), "1");
        config.setProperty(ClusterProperty.CONNECTION_MONITOR_INTERVAL.getName(), RECONNECT_INTERVAL_MS);
        config.setProperty(ClusterProperty.CONNECTION_MONITOR_MAX_FAULTS.getName(), RECONNECT_FAULTS);
        config.setProperty(ClusterProperty.HEARTBEAT_INTERVAL_SECONDS.getName(), "1");
        config.setProperty(
                ClusterProperty.MAX_NO_HEARTBEAT_SECONDS.getName(), Integer.toString(settings.silenceMaxSeconds()));
        config.setProperty(ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT.getName(), GOODBYE_SECONDS);
        config.setProperty(ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS.getName(), "10");
        config.setProperty(ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS.getName(), "10");
    }
}
