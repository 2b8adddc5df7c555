package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RoleArgumentsTest {
    private static final List<SettingGroup> GROUPS = NodeCommand.GROUPS;

    @Test
    void shouldReadPlainOptionsAsTheCommandLineDoes() {
        final List<List<String>> plain = List.of(
                List.of(),
                List.of("--config", "cluster.yaml", "--name", "node-1"),
                List.of("--config=cluster.yaml", "--name=node-1", "--admin", "127.0.0.1:0"),
                List.of("--handler", "com.example.Service", "--class-path", "a.jar", "--class-path=b.jar"),
                List.of("--link-beat-interval", "50ms", "--admin-allow-remote"),
                List.of("--admin-allow-remote", "--name", "node-1"),
                List.of("--admin-allow-remote", "false", "--name", "a=b"));

        for (final List<String> typed : plain) {
            final RoleArguments read = RoleArguments.read(typed, GROUPS).orElseThrow();
            final RoleArguments known = readByLibrary(typed);

            assertEquals(known.flags(), read.flags(), typed::toString);
            assertEquals(known.config(), read.config(), typed::toString);
        }
    }

    @Test
    void shouldLeaveToTheCommandLineWhatIsNotPlain() {
        final List<List<String>> other = List.of(
                List.of("--help"),
                List.of("-h"),
                List.of("--version"),
                List.of("cluster.yaml"),
                List.of("@arguments"),
                List.of("--name"),
                List.of("--name", "--config", "cluster.yaml"),
                List.of("--name", "-x"),
                List.of("--name="),
                List.of("--name", "@arguments"),
                List.of("--config", "a.yaml", "--config", "b.yaml"),
                List.of("--config", "a\0b"),
                List.of("--no-such-setting", "1"),
                List.of("--", "--name"),
                List.of(""));

        for (final List<String> typed : other) {
            assertEquals(Optional.empty(), RoleArguments.read(typed, GROUPS), typed::toString);
        }
    }

    @Test
    void shouldKnowRolesFromOtherCommands() {
        for (final Map.Entry<String, CommandLine> command :
                DialtoneCommand.create().getSubcommands().entrySet()) {
            final boolean isRole = command.getValue().getCommandSpec().userObject() instanceof RoleCommand;

            assertEquals(isRole, DialtoneCommand.role(command.getKey()).isPresent(), command.getKey());
        }
        assertFalse(DialtoneCommand.role("--help").isPresent());
    }

    @Test
    void shouldBuildOnlyTheCommandThatIsNamed() {
        final CommandLine whole = DialtoneCommand.create();

        for (final String name : whole.getSubcommands().keySet()) {
            final CommandLine part = DialtoneCommand.createFor(name);

            assertTrue(part.getSubcommands().containsKey(name), name);
            assertEquals(
                    name.equals("completion") ? whole.getSubcommands().size() : 1,
                    part.getSubcommands().size(),
                    name);
        }
        assertEquals(
                whole.getSubcommands().keySet(),
                DialtoneCommand.createFor("--help").getSubcommands().keySet());
        assertEquals(
                whole.getSubcommands().keySet(),
                DialtoneCommand.createFor("nodes").getSubcommands().keySet());
    }

    /** What picocli makes of the same words. */
    private static RoleArguments readByLibrary(final List<String> typed) {
        final List<String> words = new ArrayList<>(List.of("node"));
        words.addAll(typed);
        final CommandLine.ParseResult parsed =
                DialtoneCommand.create().parseArgs(words.toArray(String[]::new)).subcommand();
        return new RoleArguments(
                SettingOptions.flags(parsed, GROUPS),
                parsed.matchedOptionValue(SettingOptions.CONFIG_FLAG, (Path) null));
    }
}
