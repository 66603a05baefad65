package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.status.NopStatusListener;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class LogSetupTest {
  @Test
  void aetherJarNamesItAsTheServiceThatSetsUpLogback() {
    assertTrue(
        ServiceLoader.load(Configurator.class).stream()
            .anyMatch(found -> found.type().equals(LogSetup.class)));
  }

  @Test
  void warningsAreLoggedToStandardErrorAndNothingElse() {
    LoggerContext fresh = new LoggerContext();
    assertEquals(
        Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY, new LogSetup().configure(fresh));

    var root = fresh.getLogger(Logger.ROOT_LOGGER_NAME);
    assertEquals(Level.WARN, root.getLevel());
    assertEquals(Level.ERROR, fresh.getLogger("io.grpc.netty").getEffectiveLevel());
    fresh.getLogger("dev.aether").setLevel(Level.ERROR); // As --log-level error does.
    assertEquals(Level.INFO, fresh.getLogger("dev.aether.audit").getEffectiveLevel());
    Appender<ILoggingEvent> only = root.iteratorForAppenders().next();
    assertEquals(
        ConsoleTarget.SystemErr.getName(), ((ConsoleAppender<ILoggingEvent>) only).getTarget());
    assertTrue(only.isStarted());
    assertEquals(
        List.of(NopStatusListener.class),
        fresh.getStatusManager().getCopyOfStatusListenerList().stream()
            .map(Object::getClass)
            .toList());
  }

  @Test
  void aLineCanBeAJsonObject() {
    LoggerContext fresh = new LoggerContext();
    var unused = new LogSetup().configure(fresh);
    LogSetup.logJson(fresh);
    var root = fresh.getLogger(Logger.ROOT_LOGGER_NAME);
    var console = (ConsoleAppender<ILoggingEvent>) root.iteratorForAppenders().next();

    String line =
        new String(
            console
                .getEncoder()
                .encode(
                    new LoggingEvent(
                        "", root, Level.WARN, "no \"actor\" {}\n", null, new Object[] {"a"})),
            StandardCharsets.UTF_8);

    JsonObject json = JsonParser.parseString(line).getAsJsonObject();
    assertEquals("WARN", json.get("level").getAsString());
    assertEquals("ROOT", json.get("loggerName").getAsString());
    assertEquals("no \"actor\" a\n", json.get("formattedMessage").getAsString());
    assertTrue(json.get("timestamp").getAsLong() > 0);
    assertEquals(1, line.lines().count());
  }

  @Test
  void aTextThatIsLoggedCannotForgeALine() {
    LoggerContext fresh = new LoggerContext();
    var unused = new LogSetup().configure(fresh);
    var root = fresh.getLogger(Logger.ROOT_LOGGER_NAME);
    var console = (ConsoleAppender<ILoggingEvent>) root.iteratorForAppenders().next();

    String line =
        new String(
            console
                .getEncoder()
                .encode(
                    new LoggingEvent(
                        "", root, Level.WARN, "no such actor: a\r\n2026 ERROR forged", null, null)),
            StandardCharsets.UTF_8);

    assertTrue(
        line.endsWith(" - no such actor: a  2026 ERROR forged" + System.lineSeparator()), line);
  }
}
