package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class ProcessesTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  @RepeatedTest(5)
  void aKilledProcessIsRunningUntilItsPortIsFree() throws Exception {
    Process process =
        new ProcessBuilder(
                ChildJvm.command(
                    // The more memory it has, the longer the end of the process takes.
                    List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch"),
                    ProcessesTest.class))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int port = Integer.parseInt(output.readLine());
      assertTrue(Processes.isRunning(process.toHandle()));
      assertTrue(isListening(port));

      process.destroyForcibly();
      while (Processes.isRunning(process.toHandle())) {
        Thread.onSpinWait();
      }

      assertFalse(isListening(port));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aZombieIsNotRunning() throws Exception {
    // The shell becomes a program that waits for no children.
    Process parent =
        new ProcessBuilder("/bin/sh", "-c", "/bin/true & exec sleep 60").inheritIO().start();
    try {
      Await.until(
          "the zombie",
          BOUND,
          () ->
              !parent.info().command().orElse("sh").endsWith("sh")
                  && parent.children().count() == 1
                  && parent.children().noneMatch(Processes::isRunning));
      assertTrue(parent.children().allMatch(ProcessHandle::isAlive));
      assertTrue(Processes.isRunning(parent.toHandle()));
    } finally {
      parent.destroyForcibly();
    }
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Listens on a port, prints it, and waits to be killed. */
  public static void main(String[] args) throws Exception {
    try (ServerSocket socket =
        new ServerSocket(LoopbackPort.pickFree(), 1, InetAddress.getLoopbackAddress())) {
      System.out.println(socket.getLocalPort());
      new CountDownLatch(1).await();
    }
  }
}
