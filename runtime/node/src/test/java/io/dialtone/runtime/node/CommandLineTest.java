package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldSuggestTheCommandOrOptionThatIsMeant() {
        assertEquals(ExitCode.USAGE, execute("statsu"));
        assertTrue(err.toString().contains("Did you mean: dialtone status"), err.toString());

        assertEquals(ExitCode.USAGE, execute("sip-lb", "--lisen", "udp:127.0.0.1:5060"));
        assertTrue(err.toString().contains("--listen"), err.toString());
    }

    @Test
    void shouldEndWithTheCodeOfAWrongConfiguration() {
        assertEquals(ExitCode.CONFIGURATION, execute("sip-lb", "--loops", "0"));

        assertTrue(err.toString().contains("2 settings are wrong; nothing was started."), err.toString());
        assertTrue(
                err.toString()
                        .contains(
                                "sip.loops: 0 (expected: a whole number from 1 to 64). Maybe 1, the default. [--loops]"),
                err.toString());
    }

    @Test
    void shouldRefuseAnAdminAddressForAllTheWorldUnlessToldTwice() {
        assertEquals(ExitCode.CONFIGURATION, execute("sip-lb", "--listen", "udp:127.0.0.1:0", "--admin", "0.0.0.0:0"));
        assertTrue(err.toString().contains("unless admin.allow-remote is set"), err.toString());

        assertEquals(
                ExitCode.CONFIGURATION,
                execute("sip-lb", "--listen", "udp:127.0.0.1:0", "--admin", "0.0.0.0:0", "--admin-allow-remote"));
        assertTrue(err.toString().contains("admin.token-file is missing"), err.toString());
    }

    @Test
    void shouldNameWhatIsWrongWithAHandler() {
        assertEquals(
                ExitCode.CONFIGURATION,
                execute("run", "--listen", "udp:127.0.0.1:0", "--handler", "com.example.Nothing"));
        assertTrue(err.toString().contains("com.example.Nothing is in none"), err.toString());

        assertEquals(
                ExitCode.CONFIGURATION, execute("run", "--listen", "udp:127.0.0.1:0", "--handler", "java.lang.String"));
        assertTrue(err.toString().contains("a class that implements io.dialtone.api.SipHandler"), err.toString());
    }

    @Test
    void shouldPrintCompletionForBothShells() {
        assertEquals(ExitCode.OK, execute("completion", "bash"));
        assertTrue(out.toString().contains("complete -F"), "bash");
        assertFalse(out.toString().contains("autoload -U +X compinit && compinit; "), "bash");

        assertEquals(ExitCode.OK, execute("completion", "zsh"));
        assertTrue(out.toString().startsWith("autoload"), "zsh");
    }

    @Test
    void shouldSayItsVersion() {
        assertEquals(ExitCode.OK, execute("--version"));
        assertTrue(out.toString().startsWith("dialtone "), out.toString());
    }

    private int execute(final String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final CommandLine line = DialtoneCommand.create();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
