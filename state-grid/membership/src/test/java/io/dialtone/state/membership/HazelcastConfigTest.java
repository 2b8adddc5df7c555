package io.dialtone.state.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HazelcastConfigTest {
    private static Config with(final Discovery discovery) {
        return HazelcastConfig.of(
                MembershipSettings.of("dialtone", "127.0.0.1", 5701, discovery), Processes.node(1, 11));
    }

    @Test
    void shouldOpenNoDoorAndPhoneNobody() {
        final Config config = with(new Discovery.Seeds(List.of("127.0.0.1:5701")));

        assertEquals("false", config.getProperty("hazelcast.phone.home.enabled"));
        assertEquals("false", config.getProperty("hazelcast.socket.bind.any"));
        assertFalse(config.getJetConfig().isEnabled());
        assertFalse(config.getMetricsConfig().isEnabled());
        assertFalse(config.getNetworkConfig().getMemcacheProtocolConfig().isEnabled());
        assertFalse(config.getNetworkConfig().isPortAutoIncrement());
        assertTrue(config.getSerializationConfig()
                .getJavaSerializationFilterConfig()
                .isDefaultsDisabled());
        assertFalse(config.getSerializationConfig()
                .getJavaSerializationFilterConfig()
                .getWhitelist()
                .isListed("java.util.HashMap"));
        assertNull(config.getProperty("hazelcast.mastership.claim.timeout.seconds"));
    }

    @Test
    void shouldFindTheOthersOnlyTheWayThatWasChosen() {
        final JoinConfig seeds = with(new Discovery.Seeds(List.of("10.0.0.1:5701", "node-2:5702")))
                .getNetworkConfig()
                .getJoin();
        final JoinConfig multicast = with(new Discovery.Multicast("239.1.2.3", 4_000))
                .getNetworkConfig()
                .getJoin();

        assertEquals(
                List.of("10.0.0.1:5701", "node-2:5702"), seeds.getTcpIpConfig().getMembers());
        assertTrue(seeds.getTcpIpConfig().isEnabled());
        assertFalse(seeds.getMulticastConfig().isEnabled());
        assertFalse(seeds.getAutoDetectionConfig().isEnabled());
        assertTrue(multicast.getMulticastConfig().isEnabled());
        assertEquals("239.1.2.3", multicast.getMulticastConfig().getMulticastGroup());
        assertEquals(4_000, multicast.getMulticastConfig().getMulticastPort());
        assertFalse(multicast.getTcpIpConfig().isEnabled());
        assertFalse(multicast.getAutoDetectionConfig().isEnabled());
    }

    @Test
    void shouldSayWhatIsWrongWithASeed() {
        assertSays(
                "membership seed: node-1 (expected: HOST:PORT with a port from 1 to 65535). Maybe node-1:5701",
                () -> new Discovery.Seeds(List.of("node-1")));
        assertSays("Maybe node-1:5701", () -> new Discovery.Seeds(List.of("node-1:99999")));
        assertSays("membership seeds: none", () -> new Discovery.Seeds(List.of()));
        assertSays(
                "membership port: 0",
                () -> MembershipSettings.of("c", "127.0.0.1", 0, new Discovery.Seeds(List.of("a:1"))));
    }

    private static void assertSays(final String words, final Runnable wrong) {
        final String said =
                assertThrows(IllegalArgumentException.class, wrong::run).toString();
        assertTrue(said.contains(words), said);
    }
}
