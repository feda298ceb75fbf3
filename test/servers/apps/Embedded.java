import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Handlers in Tomcat: `java -cp … Embedded.java PORT FOLDER`. Each answer names its handler in a header. */
public class Embedded {
    private static final class Named extends HttpServlet {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setHeader("handler", name);
            response.getWriter().print(name);
        }
    }

    public static void main(String[] arguments) throws Exception {
        var tomcat = new Tomcat();
        tomcat.setBaseDir(arguments[1]);
        var connector = new Connector();
        connector.setPort(Integer.parseInt(arguments[0]));
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        var context = tomcat.addContext("", null);
        String[][] routes = {
            {"/api/admin/*", "admin"}, {"/api/secret", "secret"}, {"/api/public/*", "public"}, {"/", "other"}
        };
        for (var route : routes) {
            Tomcat.addServlet(context, route[1], new Named(route[1]));
            context.addServletMappingDecoded(route[0], route[1]);
        }
        tomcat.start();
        tomcat.getServer().await();
    }
}
