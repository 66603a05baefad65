package dev.aether.examples.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.examples.common.Servers;
import dev.aether.examples.local.TemporaryFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
final class ProjectionIT {

  @Test
  void theRowsAreExactThoughTheProjectionIsKilled() throws Exception {
    ProjectionOptions options = new ProjectionOptions();
    options.sales = 2000;
    options.kills = 3;
    try (Servers servers = Servers.find(1);
        TemporaryFolder folder = TemporaryFolder.make("aether-projection-")) {
      Projection.Compared compared = new Projection(servers, options, System.out).run(folder);

      assertEquals(compared.log(), compared.rows());
      assertEquals(options.sales, compared.rows().values().stream().mapToLong(Total::count).sum());
    }
  }
}
