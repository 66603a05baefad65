package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class NatsConnectorTest {
  @Test
  void aNatsThatCannotBeReachedAtTheStartIsReportedOnce() throws IOException {
    Logger logger = (Logger) LoggerFactory.getLogger(NatsConnector.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "nats://127.0.0.1:" + taken.getLocalPort();
      taken.close();
      assertThrows(
          StoreException.class,
          () ->
              new NatsConnector(
                      List.of(url),
                      "test",
                      NatsAccess.BY_URL,
                      NatsPermissions.NEEDED,
                      Duration.ofMillis(1200))
                  .connect());
    } finally {
      logger.detachAppender(log);
    }
    List<ILoggingEvent> warnings =
        log.list.stream().filter(line -> line.getLevel() == Level.WARN).toList();
    assertEquals(1, warnings.size(), () -> warnings.toString());
  }
}
