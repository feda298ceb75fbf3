<?php
// A router as PHP's built-in server runs it for each request. Each answer names its handler in a header.
$path = rtrim(urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/'), '/');
$handler = match (true) {
    preg_match('#^/api/admin(/|$)#', $path) === 1 => 'admin',
    $path === '/api/secret' => 'secret',
    str_starts_with($path, '/api/public') => 'public',
    default => 'other',
};
header("handler: $handler");
echo $handler;
