package io.dialtone.state.registry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A member of the registry in a process of its own, for tests that kill it. */
final class RegistryProcess {
    private static final int FAILED = 3;

    private RegistryProcess() {}

    static List<String> arguments(final RegistryMemberSettings settings) {
        final List<String> arguments = new ArrayList<>(List.of(
                Integer.toString(settings.self()),
                settings.directory().toString(),
                settings.driverDirectory().toString(),
                Integer.toString(settings.slots()),
                Integer.toString(settings.backupsWanted())));
        for (final RegistryPeer peer : settings.peers()) {
            arguments.add(peer.host() + ':' + peer.port());
        }
        return arguments;
    }

    public static void main(final String[] args) throws InterruptedException {
        final List<RegistryPeer> peers = new ArrayList<>();
        for (int i = 5; i < args.length; i++) {
            final int colon = args[i].lastIndexOf(':');
            peers.add(new RegistryPeer(
                    i - 5, args[i].substring(0, colon), Integer.parseInt(args[i].substring(colon + 1))));
        }
        final RegistryMemberSettings settings = new RegistryMemberSettings(
                Integer.parseInt(args[0]),
                peers,
                Path.of(args[1]),
                Path.of(args[2]),
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                RegistryMemberSettings.PARK_MAX_US_DEFAULT);
        final RegistryMember member = RegistryMember.start(
                settings,
                RegistryDisk.of(settings.directory()),
                (what, cause) -> Runtime.getRuntime().halt(FAILED));
        try (member) {
            Thread.currentThread().join();
        }
    }
}
