# Handlers in the frameworks of Ruby: `ruby ruby.rb FRAMEWORK PORT`. Each answer names its handler in a header.
require 'rack'
require 'rack/handler/webrick'

def rack
  lambda do |env|
    name = case Rack::Utils.unescape_path(env['PATH_INFO'])
           when %r{\A/api/admin(?:/|\z)} then 'admin'
           when %r{\A/api/secret/?\z} then 'secret'
           when %r{\A/api/public} then 'public'
           else 'other'
           end
    [200, { 'handler' => name, 'content-type' => 'text/plain' }, [name]]
  end
end

def sinatra
  require 'sinatra/base'
  Class.new(Sinatra::Base) do
    set :environment, :production
    routes = { '/api/admin' => 'admin', '/api/admin/*' => 'admin', '/api/secret' => 'secret', '/api/public/:id' => 'public' }
    routes.each { |route, name| get(route) { headers('handler' => name) && name } }
    not_found { headers('handler' => 'other') && 'other' }
  end
end

def grape
  require 'grape'
  Class.new(Grape::API) do
    format :json
    prefix 'api'
    routes = { 'admin' => 'admin', 'admin/*rest' => 'admin', 'secret' => 'secret', 'public/:id' => 'public' }
    routes.each { |route, name| get(route) { header('handler', name) && name } }
  end
end

app = { 'rack' => -> { rack }, 'sinatra' => -> { sinatra }, 'grape' => -> { grape } }.fetch(ARGV[0]).call
quiet = WEBrick::Log.new(File::NULL)
Rack::Handler::WEBrick.run(app, Host: '127.0.0.1', Port: ARGV[1].to_i, AccessLog: [], Logger: quiet)
