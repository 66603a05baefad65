package dev.aether.examples.hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.examples.common.Servers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class HelloIT {
  @Test
  void theSmallestProgramSavesAndIsTheOneOfTheDocument() throws Exception {
    try (Servers servers = Servers.find(1);
        AetherClient client = AetherClient.connect(servers.endpoints().get(0))) {
      long before = client.latestVersion("greeter");
      Main.main(new String[] {servers.endpoints().get(0)});
      assertEquals(before + 1, client.latestVersion("greeter"));
    }
    String program = Files.readString(Path.of("src/main/java/dev/aether/examples/hello/Main.java"));
    String shown = program.substring(program.indexOf("    try"), program.indexOf("    }\n  }"));
    assertTrue(Files.readString(Path.of("../../docs/java-client.md")).contains(shown));
  }
}
