package dev.aether.bench.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.bench.driver.Driver;
import dev.aether.bench.durable.Contender.Entry;
import dev.aether.bench.durable.Contender.Place;
import dev.aether.bench.durable.Contender.Running;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.OpenLoop;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Aether and JetStream alone on a cluster of three nats-servers, with the built jar. */
@Timeout(300)
final class ReplicatedIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Duration BOUND = Duration.ofSeconds(60);

  @TempDir private Path folder = Path.of("");

  @Test
  void whatTheLoopsCountIsWhatTheSystemsHold() throws Exception {
    Path jar = HOME.resolve("server/target/aether.jar");
    Place place = new Place(NatsServerScript.ask(HOME), jar, folder, 2);
    Running running = Contender.replicated(3).start().in(place).orElseThrow();
    try (AutoCloseable process = running.process()) {
      for (Entry entry : running.connect().open("it", 2)) {
        try (Driver driver = entry.driver()) {
          long closed = ClosedLoop.run(driver, Contender.actors(2), 2, BOUND, 50).count();
          long open = OpenLoop.run(driver::append, Contender.actors(2), 100, BOUND, 20).count();

          assertEquals(50, closed, entry.name());
          assertEquals(20, open, entry.name());
          assertEquals(70, driver.stored(), entry.name());
        }
      }
    }
  }
}
