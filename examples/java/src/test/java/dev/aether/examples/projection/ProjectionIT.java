package dev.aether.examples.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.examples.common.Servers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
final class ProjectionIT {

  @Test
  void theRowsAreExactThoughTheProjectionIsKilled(@TempDir Path folder) throws Exception {
    ProjectionOptions options = new ProjectionOptions();
    options.sales = 2000;
    options.kills = 3;
    try (Servers servers = Servers.find(1)) {
      Projection.Compared compared = new Projection(servers, options, System.out).run(folder);

      assertEquals(compared.log(), compared.rows());
      assertEquals(options.sales, compared.rows().values().stream().mapToLong(Total::count).sum());
    }
  }
}
