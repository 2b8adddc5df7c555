package io.dialtone.examples.tutorial;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tutorial shows the code that is compiled and tested here. */
class TutorialTest {
    private static final Path PAGE = Path.of("../../docs/tutorial/your-first-service.md");
    private static final Path SOURCES = Path.of("src/test/java/io/dialtone/examples/tutorial");

    @ParameterizedTest
    @ValueSource(strings = {"LimitedCallService.java", "LimitedCallServiceTest.java"})
    void shouldShowTheCodeThatIsTestedHere(final String source) throws IOException {
        final String code = Files.readString(SOURCES.resolve(source))
                .replace("package io.dialtone.examples.tutorial;", "package com.example;");

        assertTrue(Files.readString(PAGE).contains(code), () -> PAGE + " does not show " + source + " as it is");
    }
}
