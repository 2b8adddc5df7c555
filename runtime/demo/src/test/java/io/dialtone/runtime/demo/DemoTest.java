package io.dialtone.runtime.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DemoTest {
    @Test
    void shouldSayWhyItCouldNotStart() throws InterruptedException {
        final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        final Demo demo = new Demo(
                progress -> {
                    throw new IOException("node-1 ended with 70: no room in /dev/shm");
                },
                10,
                1,
                null,
                new PrintStream(screen, true, StandardCharsets.UTF_8));

        final int exit = demo.run();

        assertEquals(Demo.EXIT_NOT_STARTED, exit);
        assertTrue(screen.toString(StandardCharsets.UTF_8).contains("no room in /dev/shm"));
    }
}
