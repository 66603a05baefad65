package dev.aether.examples.hello;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class HelloUsageTest {
  @ParameterizedTest
  @CsvSource({"'', 2", "--help, 0", "-h, 0", "--nonsense, 2", "a:1 b:2, 2"})
  void withoutAnAddressItSaysHowItIsCalled(String arguments, int code) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    if (!arguments.isEmpty()) {
      command.addAll(List.of(arguments.split(" ")));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals("usage: examples/java/run hello HOST:PORT\n", said);
    assertEquals(code, process.waitFor());
  }
}
